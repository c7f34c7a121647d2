"""Logs: what leaves a data folder is what Vowpal Wabbit and another loop learn the same from."""

from datetime import timedelta
from pathlib import Path

import pytest
from vowpalwabbit import pyvw

from mock_service.build import build_service
from mock_service.loop.configuration import Configuration, LearningMode, Mode
from mock_service.loop.decision import RankRequest
from mock_service.settings import LoopSettings, Settings
from mock_service.storage.event_log import read_stored_log
from tests.helpers.command_line import command
from tests.mock_service.storage.test_recovery import ACTIONS, settings, steps


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """Return a data folder whose loop has settled everything it ever decided."""
    folder = tmp_path / "filled"
    service = build_service(settings(folder, Mode.QUICK))
    for step in steps(300):
        step(service)
    service.housekeeping.advance(timedelta(minutes=10))
    service.close()
    return folder


def exported(folder: Path) -> str:
    """Return a folder's log as the command writes it."""
    ended = command("logs", "export", "--data-dir", str(folder))
    assert ended.code == 0, ended.err
    return ended.out


def test_vowpal_wabbit_counts_the_same_examples_and_the_same_cost(
    filled: Path, tmp_path: Path
) -> None:
    """Read with --dsjson: as many learned examples as lessons, and the same summed cost."""
    service = build_service(settings(filled, Mode.QUICK))
    loop = service.default.loop
    learned = sum(loop.stats.recent)
    trained_events = loop.training_status().trained_events
    service.close()
    log = exported(filled)

    path = tmp_path / "log.dsjson"
    path.write_text(log)
    arguments = "--cb_explore_adf --cb_type mtr -q :: --dsjson"
    batch = pyvw.Workspace(f"{arguments} --quiet --no_stdin --data {path}")
    batch.run_parser()
    cost, reader = 0.0, pyvw.Workspace(f"{arguments} --quiet")
    for line in log.splitlines():
        examples = reader.parse(line)
        labels = [example.get_label(pyvw.LabelType.CONTEXTUAL_BANDIT) for example in examples]
        known = [c.cost for label in labels for c in label.costs if c.probability > 0]
        cost += sum(known) * ("_skipLearn" not in line)
        reader.finish_example(examples)

    assert batch.get_weighted_examples() == trained_events
    assert cost == pytest.approx(-learned, abs=1e-4)


def test_replaying_a_log_gives_the_same_model_bit_for_bit(filled: Path, tmp_path: Path) -> None:
    """Imported into an empty folder, though the first loop was stopped and started between."""
    first = build_service(settings(filled, Mode.QUICK))
    model = first.default.loop.model()
    first.close()
    path = tmp_path / "log.dsjson"
    path.write_text(exported(filled))

    ended = command("logs", "import", str(path), "--data-dir", str(tmp_path / "new"))

    second = build_service(Settings(data_folder=tmp_path / "new"))
    assert ended.code == 0, ended.err
    assert second.default.loop.model() == model
    assert exported(tmp_path / "new").splitlines() == path.read_text().splitlines()


def test_an_import_counts_what_it_cannot_use_and_loses_nothing_else(
    filled: Path, tmp_path: Path
) -> None:
    """Damaged, dangling and blank lines among good ones."""
    good = exported(filled).splitlines()
    dangling = '{"EventId":"x","v":1.0}'
    path = tmp_path / "log.dsjson"
    path.write_text("\n".join([*good[:50], "{torn", "", dangling, *good[50:]]))

    ended = command("logs", "import", str(path), "--data-dir", str(tmp_path / "new"))

    second = build_service(Settings(data_folder=tmp_path / "new"))
    assert "1 damaged" in ended.err
    assert "1 dangling" in ended.err
    assert second.default.loop.stats.decisions == len(good)


def test_an_apprentices_log_tells_imitation_and_observed_reward_apart(tmp_path: Path) -> None:
    """``_label_cost`` is what was learned, ``_original_label_cost`` what users gave."""
    configuration = Configuration(learning_mode=LearningMode.APPRENTICE)
    loop_settings = LoopSettings(Mode.QUICK, configuration=configuration)
    service = build_service(Settings(loop=loop_settings, data_folder=tmp_path))
    service.default.loop.rank(RankRequest("e", "[]", ACTIONS[:1]))
    service.default.loop.reward("e", 0.25)
    service.close()

    line = exported(tmp_path)

    assert '"_label_cost":-1.0' in line
    assert '"_original_label_cost":-0.25' in line


def test_the_latest_events_are_shown_as_a_table(filled: Path) -> None:
    """Event, choice, probability and reward."""
    ended = command("logs", "show", "--data-dir", str(filled), "--last", "3")

    assert ended.code == 0, ended.err
    assert ended.out.count("2026-01-01") == 3


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["export", "--data-dir", "nowhere"], "nowhere holds no data"),
        (["import", "nothing.dsjson"], "nothing.dsjson cannot be read: No such file"),
        (["show", "--last", "0"], "'--last'"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    tmp_path: Path, arguments: list[str], expected: str
) -> None:
    """Nothing on stdout, no traceback."""
    folder = [] if "--data-dir" in arguments else ["--data-dir", str(tmp_path)]

    ended = command("logs", *arguments, *folder)

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert expected in ended.err


def test_reading_a_folder_says_how_far_it_is(filled: Path) -> None:
    """From none of them to all, or to the last ones that were asked for."""
    shown: list[tuple[int, int]] = []
    few: list[tuple[int, int]] = []

    events = list(read_stored_log(filled, "default", show=lambda *far: shown.append(far)))
    list(read_stored_log(filled, "default", last=7, show=lambda *far: few.append(far)))

    assert shown == [(0, len(events)), (len(events), len(events))]
    assert few == [(0, 7), (7, 7)]
