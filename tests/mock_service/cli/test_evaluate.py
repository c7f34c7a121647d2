"""``personalizer-lab evaluate``, run as a person would run it."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mock_service.build import build_service
from mock_service.dsjson.writer import write_line
from mock_service.evaluation.estimators import Estimator
from mock_service.evaluation.policies import exported_model
from mock_service.loop.slots import Slot, SlotsRequest, slot_event_id
from mock_service.security.signing import new_signer
from mock_service.settings import LoopSettings, Settings
from mock_service.vowpal.progressive_validation import train
from tests.helpers.browser import DESKTOP, PHONE, opened
from tests.helpers.command_line import command
from tests.helpers.logged_runs import logged_run
from tests.helpers.loop_changes import change_policy, configure
from tests.mock_service.rest.test_automatic_optimization import ACTIONS, live

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the log of 3,000 visits under the service's default policy."""
    path = tmp_path_factory.mktemp("log") / "news.dsjson"
    run = logged_run("news", 3000, seed=1, settings=LoopSettings(policy="azure"))
    path.write_text("".join(write_line(event) + "\n" for event in run.events))
    return path


def test_a_better_policy_is_recommended_in_words(log: Path) -> None:
    """With what it would have earned, next to the baselines, and what choices hang on."""
    ended = command("evaluate", str(log), "--policy", "quick")

    assert ended.code == 0
    assert ended.out.startswith(f"{log}: 3,000 decisions\n")
    assert "Apply quick: learning from this log, it earns 0." in ended.out
    for word in ("online", "Baseline1", "BaselineRand", "effective", "j.category"):
        assert word in ended.out
    assert not ended.err


def test_a_pipeline_ends_with_1_where_a_gate_is_not_shown(log: Path) -> None:
    """And says by what; the output for programs stays what it is."""
    arguments = ("evaluate", str(log), "--policy", "quick", "--json", "--quiet")
    shown = command(*arguments, "--gate", "quick>online")
    missed = command(*arguments, "--gate", "quick>online", "--gate", "Baseline1>online")

    assert (shown.code, missed.code) == (0, 1)
    assert shown.out == missed.out
    assert shown.err.startswith("gate quick>online: shown, the gain is +0.")
    assert missed.err.splitlines()[1].startswith(
        "gate Baseline1>online: not shown, the gain is -0."
    )


def test_json_holds_everything_and_is_the_same_each_time(log: Path) -> None:
    """Down to the last digit, for the same seed."""
    arguments = ("evaluate", str(log), "--policy", "mine=--cb_explore_adf -q ::", "--json")
    first, second = (command(*arguments) for _ in range(2))

    result = json.loads(first.out)
    assert first.out == second.out
    assert result["decisions"] == 3000
    assert [one["name"] for one in result["policies"]] == [
        *("online", "Baseline1", "BaselineRand", "mine")
    ]
    assert result["policies"][3]["estimates"].keys() == set(Estimator)
    assert result["feature_importance"][0]["score"] == 1.0
    assert result["search"] is None


def test_damaged_skipped_and_foreign_lines_are_counted(log: Path, tmp_path: Path) -> None:
    """And the good ones around them are judged."""
    lines = log.read_text().splitlines()
    skipped = lines[1001].replace('"o":', '"_skipLearn":true,"o":', 1)
    mixed = tmp_path / "mixed.dsjson"
    mixed.write_text("\n".join([*lines[:1000], lines[2][:80], "", skipped, '{"v":1}']))

    ended = command("evaluate", str(mixed), "--fast")

    left_out = "1 dangling, 1 damaged, 1 blank, 1 never activated"
    assert f"1,000 decisions; left out: {left_out}" in " ".join(ended.out.split())
    assert "first damaged line: 1001: not JSON" in ended.out


def test_a_folder_of_compressed_logs_is_one_log(log: Path, tmp_path: Path) -> None:
    """As Azure mirrored them: a folder a month, a file a day."""
    lines = log.read_bytes().splitlines(keepends=True)
    for day, part in (("05", lines[:700]), ("06", lines[700:])):
        path = tmp_path / "2026" / "01" / f"{day}_00.json.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(b"".join(part)))

    result, whole = (
        json.loads(command("evaluate", str(path), "--fast", "--json").out)
        for path in (tmp_path, log)
    )

    assert result["policies"] == whole["policies"]


def test_an_exported_model_is_judged(log: Path, tmp_path: Path) -> None:
    """By the name of its file."""
    events = logged_run("news", 800, seed=2).events
    model = train(events, "--cb_explore_adf --epsilon 0.1 -q ::")
    path = tmp_path / "trained.vw"
    path.write_bytes(model.snapshot())
    model.close()
    signed = tmp_path / "trained.vw.zip"
    signed.write_bytes(new_signer(NEW_YEAR).sign(path.read_bytes()))
    assert exported_model(path).model == exported_model(signed).model

    result = json.loads(command("evaluate", str(log), "--model", str(path), "--json").out)

    trained = result["policies"][-1]
    assert trained["name"] == "trained.vw"
    assert trained["mean_reward"]["value"] > 0.8


def test_multi_slot_logs_are_judged_by_their_first_slot(tmp_path: Path) -> None:
    """Two events in turn, and a policy that is right half of the time."""
    line = (
        '{"Timestamp":"2026-01-05T12:00:00Z","EventId":"s","c":{"FromUrl":[{"x":1}],"_multi":'
        '[{"_tag":"a","j":[{"k":1}]},{"_tag":"b","j":[{"k":2}]}],"_slots":[{"_id":"top"},'
        '{"_id":"side"}]},"_outcomes":[{"_label_cost":-1,"_id":"top","_a":[0,1],"_p":[0.5,0.5],'
        '"_o":[]},{"_label_cost":0,"_id":"side","_a":[1],"_p":[1.0],"_o":[]}],'
        '"VWState":{"m":"N/A"}}\n'
    )
    path = tmp_path / "slots.dsjson"
    other = line.replace('"_a":[0,1]', '"_a":[1,0]').replace('"_a":[1],', '"_a":[0],')
    path.write_text("".join((line, other)[n % 2].replace('"s"', f'"s{n}"', 1) for n in range(200)))

    result = json.loads(command("evaluate", str(path), "--fast", "--json").out)

    assert result["lines"]["multi-slot"] == 200
    assert result["policies"][0]["mean_reward"]["value"] == 1.0
    assert result["policies"][1]["overlap"]["largest_weight"] == 2.0
    assert result["pages"]["policies"][0]["per_decision"]["mean_reward"]["value"] == 1.0
    shown = command("evaluate", str(path), "--fast", "--out", str(tmp_path / "report")).out
    assert "Mean reward a page, of 200 pages" in shown
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert "What whole pages would have earned" in page


@pytest.fixture(scope="module")
def report(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a report on a search."""
    folder = tmp_path_factory.mktemp("report")
    ended = command("evaluate", str(log), "--search", "--trials", "8", "--out", str(folder))
    assert ended.code == 0, ended.err
    return folder / "report.html"


def test_a_report_is_one_page_with_a_file_for_each_picture(report: Path) -> None:
    """Beside it, and the command to have it again is on the page."""
    names = {path.name for path in report.parent.iterdir()}

    pictures = {"earned.png", "searched.png", "growth.png", "importance.png"}
    assert names == {"report.html", *pictures}
    assert "personalizer-lab evaluate " in report.read_text(encoding="utf-8")


@pytest.mark.browser
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_browser_draws_the_report_and_asks_for_nothing_else(
    report: Path, size: tuple[int, int]
) -> None:
    """Four charts, and nothing sticks out to the right."""
    with opened(report, size, "dark") as window:
        window.wait_until("document.documentElement.dataset.drawn === 'dark'")

        assert window.evaluate("document.querySelectorAll('.chart svg').length") == 4
        assert window.evaluate("document.documentElement.scrollWidth <= window.innerWidth") is True
        assert window.requests() == [report.as_uri()]
        assert window.complaints() == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["nowhere.dsjson"], "cannot read the log nowhere.dsjson: No such file"),
        (["LOG", "--policy", "fast"], "'fast' is no learning policy: expected one of quick"),
        (["LOG", "--policy", "--cb_explore_adf -d /tmp/x"], "'-d' is not an option"),
        (["LOG", "--policy", "quick", "--policy", "quick"], "two policies are called quick"),
        (["LOG", "--model", "nowhere.vw"], "cannot read the model nowhere.vw"),
        (["LOG", "--reward-range", "1", "0"], "--reward-range: expected a low and a higher"),
        (["LOG", "--clip", "0.5"], "'--clip'"),
        (["pyproject.toml"], "holds no decision to judge by"),
        (["tests/docs"], "the folder tests/docs holds no log"),
        (["LOG", "--out", "README.md"], "--out: cannot write to README.md"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    arguments: list[str], expected: str, log: Path
) -> None:
    """Nothing on stdout, no traceback."""
    ended = command("evaluate", *[str(log) if word == "LOG" else word for word in arguments])

    assert ended.code == 2
    assert not ended.out
    assert ended.err.count("\n") == 1
    assert expected in ended.err


def test_a_log_too_short_to_search_is_one_line_and_exit_code_2(log: Path, tmp_path: Path) -> None:
    """A winner among 64 on a handful of decisions would be luck."""
    short = tmp_path / "short.dsjson"
    short.write_text("".join(log.read_text().splitlines(keepends=True)[:50]))

    ended = command("evaluate", str(short), "--search")

    assert ended.code == 2
    assert "--search needs a log of 200 decisions at least" in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--log", "nowhere/at/all.dsjson"], "--log: cannot write nowhere/at/all.dsjson"),
        (
            ["--log", "x", "--endpoint", "http://127.0.0.1:9"],
            "--log: the log is kept by the server",
        ),
    ],
)
def test_a_log_that_cannot_be_written_is_one_line_and_exit_code_2(
    arguments: list[str], expected: str
) -> None:
    """Before the first visit."""
    ended = command("simulate", "news", "--rounds", "10", *arguments)

    assert ended.code == 2
    assert expected in ended.err
    assert ended.err.count("\n") == 1


def test_the_data_folder_of_a_server_is_a_log_too(tmp_path: Path) -> None:
    """Each loop by its name; of several slots the first is judged."""
    service = build_service(Settings(data_folder=tmp_path, extra_loops=("pages",)))
    live(service, 60)
    pages = service.loops["pages"].loop
    configure(pages, replace(pages.configuration, auto_optimization=False))
    change_policy(pages, "--ccb_explore_adf --epsilon 0.2 --cb_type mtr -q ::")
    slots = (Slot("main", '[{"size":"l"}]', "a"), Slot("side", '[{"size":"s"}]', "b"))
    for number in range(30):
        event_id = f"p{number}"
        pages.rank_slots(SlotsRequest(event_id, "[]", ACTIONS, slots))
        for slot in slots:
            pages.reward(slot_event_id(event_id, slot.id), 1.0)
    service.close()

    one = command("evaluate", str(tmp_path), "--json", "--policy", "quick")
    other = command("evaluate", str(tmp_path), "--json", "--loop", "pages")
    unknown = command("evaluate", str(tmp_path), "--loop", "none")

    assert (one.code, json.loads(one.out)["decisions"]) == (0, 60)
    assert (other.code, json.loads(other.out)["decisions"]) == (0, 30)
    features = {one["featureName"] for one in json.loads(other.out)["feature_importance"]}
    assert "size" in features
    assert (unknown.code, unknown.err.count("\n")) == (2, 1)
    assert "holds no loop 'none'" in unknown.err


def test_a_loop_is_only_for_data_folders(log: Path) -> None:
    """A log has none."""
    ended = command("evaluate", str(log), "--loop", "blue")

    assert ended.code == 2
    assert "--loop is for the data folder of a server" in ended.err
