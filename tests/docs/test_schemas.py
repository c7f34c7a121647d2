"""The outputs for programs are what their schemas say."""

from pathlib import Path

import pytest

from personalizer_lab import LocalPersonalizer
from tests.helpers.command_line import command
from tests.helpers.diagnosis_samples import Habits, people, write_log
from tests.helpers.field_logs import online_lines, page_lines, to_log
from tests.helpers.schemas import assert_keeps_schema
from tests.helpers.servers import ARTICLES, Endpoint


@pytest.mark.parametrize(
    "arguments",
    [
        ["--fast"],
        ["--policy", "quick"],
        ["--search", "--trials", "8", "--workers", "1", "--policy", "quick"],
    ],
)
def test_an_evaluation_is_what_its_schema_says(tmp_path: Path, arguments: list[str]) -> None:
    """With and without a model, a policy that learns and a search."""
    log = tmp_path / "log.dsjson"
    log.write_text("\n".join([*to_log(online_lines(600)), "damaged"]))
    ended = command("evaluate", str(log), "--json", *arguments)

    output = assert_keeps_schema("evaluate", ended)
    assert output["damaged_lines"][0]["line"] == 601


def test_an_evaluation_of_pages_is_what_its_schema_says(tmp_path: Path) -> None:
    """Multi-slot events bring a part of their own."""
    log = tmp_path / "log.dsjson"
    log.write_text("\n".join(to_log(page_lines(200))))
    ended = command("evaluate", str(log), "--json", "--fast")

    output = assert_keeps_schema("evaluate", ended)
    assert output["pages"]["pages"] == 200
    assert "first slot of each" in " ".join(output["verdict"])


@pytest.mark.parametrize("arguments", [["news-late", "--wait", "10m"], ["layout"]])
def test_a_simulation_is_what_its_schema_says(arguments: list[str]) -> None:
    """A run with warnings, and one of pages."""
    ended = command("simulate", *arguments, "--rounds", "300", "--json")

    assert_keeps_schema("simulate", ended)


@pytest.mark.parametrize(
    "choices",
    [
        ["--vary", "exploration=0,0.2", "--seeds", "2"],
        ["--advise", "exploration", "--budget", "0.1", "--seeds", "5"],
        ["--vary", "exploration=0,0.2", "--vary", "policy=quick,azure", "--seeds", "5"],
        ["--vary", "exploration=0,1", "--until-decided", "--max-seeds", "12", "--worth", "0.1"],
        ["--vary", "exploration=0,1", "--seeds", "5", "--guard", "rating>=-0.1"],
    ],
)
def test_a_comparison_is_what_its_schema_says(tmp_path: Path, choices: list[str]) -> None:
    """Without a verdict, with advice, with effects, until it is decided, and guarded."""
    place = ["--rounds", "100", "--json", "--out", str(tmp_path)]

    ended = command("compare", "news", *choices, *place)

    assert_keeps_schema("compare", ended)


@pytest.mark.parametrize(
    ("habits", "exploration", "severities"),
    [
        (Habits(), 0.2, []),
        (Habits(reward=lambda *_: None), 0.2, ["stops"]),
        (
            Habits(context=lambda n: [*people(n), {"at": f"2026-01-05T10:00:00.{n:03}"}]),
            0.2,
            ["slows"],
        ),
    ],
)
def test_a_diagnosis_is_what_its_schema_says(
    tmp_path: Path, habits: Habits, exploration: float, severities: list[str]
) -> None:
    """Without and with findings."""
    ended = command("doctor", str(write_log(tmp_path / "log", habits, exploration)), "--json")

    findings = assert_keeps_schema("doctor", ended)["findings"]
    found = [finding["severity"] for finding in findings]
    assert found == severities
    assert ended.code == int("stops" in severities)


def test_an_examination_is_what_its_schema_says(personalizer: LocalPersonalizer) -> None:
    """Where the contract holds."""
    ended = command("conformance", "--json", environment=personalizer.environ)

    assert_keeps_schema("conformance", ended)


def test_a_model_is_what_its_schema_says(personalizer: LocalPersonalizer, tmp_path: Path) -> None:
    """One that has learned, bare and signed."""
    visit = {"actions": ARTICLES, "eventId": "e"}
    served = Endpoint(personalizer.endpoint, personalizer.key)
    assert served.send("POST", "/personalizer/v1.0/rank", visit).status_code == 201
    served.send("POST", "/personalizer/v1.0/events/e/reward", {"value": 1.0})

    for signed in (False, True):
        file = tmp_path / f"model-{signed}"
        path = f"/personalizer/v1.1-preview.3/model?signed={str(signed).lower()}"
        file.write_bytes(served.send("GET", path).content)
        ended = command("model", "show", str(file), "--json")
        shown = assert_keeps_schema("model-show", ended)
        assert shown["signed"] is signed


def test_the_list_of_scenarios_is_what_its_schema_says() -> None:
    """All that ship."""
    assert_keeps_schema("scenarios-list", command("scenarios", "list", "--json"))


@pytest.mark.parametrize("name", ["coffee", "layout", "news-clickbait", "news-drift"])
def test_a_scenario_is_what_its_schema_says(name: str) -> None:
    """With one reward design and several, and with pages."""
    ended = command("scenarios", "show", name, "--rounds", "200", "--json")

    assert_keeps_schema("scenarios-show", ended)
