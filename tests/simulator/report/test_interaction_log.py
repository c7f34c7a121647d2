"""Records: every interaction with its hidden truth, and the same visits once more."""

import csv
import json
from pathlib import Path

import pytest

from mock_service.loop.configuration import Configuration
from mock_service.settings import LoopSettings
from simulator.engine.run import Listeners
from simulator.errors import OptionsInvalid, RecordInvalid
from simulator.model import Interaction
from simulator.report.interaction_lines import InteractionLine, RunKey
from simulator.report.interaction_log import Recorder, read_record
from simulator.report.summary import Summary
from simulator.scenario.catalogue import find_scenario, shipped_names
from simulator.scenario.load import load_scenario
from simulator.scenario.model import Scenario
from simulator.scenario.reward_timing import longest_reward_delay
from simulator.scenario.template import TEMPLATE
from simulator.simulations import RunOptions, replay, simulate
from tests.helpers.command_line import command

ROUNDS = 600
KINDS = ("jsonl", "csv")
SINGLE = [name for name in shipped_names() if not find_scenario(name).slots]
"""Those that show one action a visit."""


def _recorded(
    scenario: Scenario, path: Path, reward: str = ""
) -> tuple[Summary, list[Interaction]]:
    """Return a run's summary and interactions, and leave its record at `path`."""
    delay = longest_reward_delay(scenario, reward).total_seconds()
    key = RunKey(scenario.name, 3, reward or next(iter(scenario.rewards)), delay)
    recorder = Recorder(path, key)
    seen: list[Interaction] = []

    def watch(interaction: Interaction) -> None:
        seen.append(interaction)
        recorder.write(interaction)

    options = RunOptions(ROUNDS, 3, reward)
    summary = simulate(scenario, LoopSettings(), options, Listeners(watcher=watch))
    recorder.close()
    return summary, seen


def _metrics(summary: Summary) -> dict[str, object]:
    """Return all but the pace, and what a record cannot know: the drifts of its scenario."""
    metrics = summary.as_dict()
    del metrics["interactions_per_second"]
    metrics["warnings"] = [w.kind for w in summary.warnings if w.kind != "not-reached"]
    return metrics


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SINGLE)
def test_a_record_holds_what_happened_and_gives_it_back(
    tmp_path: Path, kind: str, name: str
) -> None:
    """Interactions, figures and decisions of a replay are those of the run, to the last digit."""
    path = tmp_path / f"run.{kind}"
    summary, seen = _recorded(find_scenario(name), path)
    again: list[Interaction] = []

    repeated = replay(path, LoopSettings(), listeners=Listeners(watcher=again.append))

    assert [line.interaction() for line in read_record(path)] == seen
    assert [i.recommendation for i in again] == [i.recommendation for i in seen]
    assert [i.truth for i in again] == [i.truth for i in seen]
    metrics, wanted = _metrics(repeated), _metrics(summary)
    assert _sorted_profiles(metrics) == _sorted_profiles(wanted)


def _sorted_profiles(metrics: dict[str, object]) -> dict[str, object]:
    """A record knows profiles in the order of their first visit."""
    profiles = metrics["profiles"]
    assert isinstance(profiles, list)
    return {**metrics, "profiles": sorted(profiles, key=lambda profile: str(profile["name"]))}


@pytest.mark.parametrize("kind", KINDS)
def test_everything_a_scenario_can_say_survives(tmp_path: Path, kind: str) -> None:
    """Late outcomes, actions that come and go, and rewards that are lost."""
    template = tmp_path / "mine.toml"
    template.write_text(TEMPLATE.replace('since = "1h"', 'since = "30m"'))
    path = tmp_path / f"run.{kind}"
    summary, seen = _recorded(load_scenario(template), path, "purchases")

    repeated = replay(path, LoopSettings())

    assert len({len(i.visit.actions) for i in seen}) > 1
    assert _sorted_profiles(_metrics(repeated)) == _sorted_profiles(_metrics(summary))


def test_other_decisions_meet_the_same_users(tmp_path: Path) -> None:
    """What was not shown at the time is known too."""
    path = tmp_path / "run.jsonl"
    _, seen = _recorded(find_scenario("news"), path)
    again: list[Interaction] = []
    curious = LoopSettings(configuration=Configuration(exploration=1.0))

    replay(path, curious, rounds=400, listeners=Listeners(watcher=again.append))

    assert len(again) == 400
    assert [i.visit for i in again] == [i.visit for i in seen[:400]]
    assert [i.truth for i in again] == [i.truth for i in seen[:400]]
    assert [i.recommendation for i in again] != [i.recommendation for i in seen[:400]]


def test_a_csv_record_opens_in_a_spreadsheet(tmp_path: Path) -> None:
    """A column a field, and one value a cell."""
    path = tmp_path / "run.csv"
    _, seen = _recorded(find_scenario("news"), path)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert list(rows[0]) == list(InteractionLine.model_fields)
    assert [float(row["reward"]) for row in rows] == [i.reward for i in seen]
    assert all(json.loads(row["truth"])["expected_values"] for row in rows)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.jsonl", "hello\n", r"a\.jsonl:1: not JSON"),
        ("a.jsonl", "[]\n", r"a\.jsonl:1: expected a JSON object"),
        ("a.jsonl", '{"scenario": "s"}\n', r"a\.jsonl:1: seed: Field required"),
        ("a.jsonl", "", r"a\.jsonl: expected at least one interaction"),
        ("a.csv", "scenario,truth\ns,x\n", r"a\.csv:2: truth: expected JSON, got 'x'"),
        ("a.csv", "scenario\ns\n", r"a\.csv:2: seed: Field required"),
        ("a.csv", "", r"a\.csv: expected at least one interaction"),
    ],
)
def test_what_is_no_record_is_named_with_its_line(
    tmp_path: Path, name: str, text: str, expected: str
) -> None:
    """File, line and field."""
    path = tmp_path / name
    path.write_text(text)

    with pytest.raises(RecordInvalid, match=expected):
        replay(path, LoopSettings())


def test_a_truth_that_does_not_fit_is_named(tmp_path: Path) -> None:
    """Five articles were offered, and four rewards are known."""
    path = tmp_path / "run.jsonl"
    _recorded(find_scenario("news"), path)
    line = json.loads(path.read_text().splitlines()[0])
    line["truth"]["rewards"].pop()
    path.write_text(json.dumps(line))

    with pytest.raises(RecordInvalid, match=r"run\.jsonl:1: expected a truth about 5 actions"):
        replay(path, LoopSettings())


def test_other_kinds_of_files_are_refused(tmp_path: Path) -> None:
    """Before anything is run, and a missing one is named."""
    with pytest.raises(OptionsInvalid, match=r"ends in \.jsonl or \.csv"):
        Recorder(tmp_path / "run.txt", RunKey("news", 1, "rating"))
    with pytest.raises(OptionsInvalid, match="cannot read"):
        replay(tmp_path / "none.csv", LoopSettings())


def test_the_command_records_and_replays(tmp_path: Path) -> None:
    """What the record says already cannot be chosen again."""
    path = str(tmp_path / "run.jsonl")
    run = json.loads(command("simulate", "news", "--rounds", "300", "--record", path, "--json").out)
    again = json.loads(command("simulate", "--replay", path, "--json").out)

    assert (again["mean_reward"], again["rounds"]) == (run["mean_reward"], 300)
    for arguments, expected in (
        (["news", "--replay", path], "the scenario news cannot be had with --replay"),
        (["--replay", path, "--seed", "2"], "--seed cannot be had with --replay"),
        (["--replay", path, "--record", path], "choose another file"),
        ([], "expected a scenario's name, a .toml file, or --replay RECORD"),
    ):
        ended = command("simulate", *arguments)
        assert ended.code == 2
        assert expected in ended.err
