"""``personalizer-lab scenarios``, run as a person would run it."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from simulator.scenario.catalogue import SHIPPED, shipped_names
from simulator.scenario.schema import scenario_schema
from simulator.scenario.template import TEMPLATE
from tests.helpers.command_line import command
from tests.helpers.servers import ROOT

PUBLISHED = ROOT / "docs" / "scenario.schema.json"


def test_list_names_every_scenario() -> None:
    """On the terminal and as JSON."""
    listed = json.loads(command("scenarios", "list", "--json").out)

    assert [story["name"] for story in listed] == shipped_names()
    table = command("scenarios", "list").out
    assert all(name in table for name in shipped_names())


@pytest.mark.parametrize("name", shipped_names())
def test_show_computes_the_ceiling(name: str) -> None:
    """What is reachable lies on the line from the oracle to blind choice."""
    shown = command("scenarios", "show", name, "--rounds", "500", "--exploration", "0.2", "--json")

    for ceiling in json.loads(shown.out)["ceilings"]:
        oracle, uniform = ceiling["oracle"]["mean_value"], ceiling["uniform"]["mean_value"]
        (reachable,) = ceiling["reachable"]
        assert reachable["mean_value"] == pytest.approx(0.8 * oracle + 0.2 * uniform, abs=1e-5)
        assert oracle > ceiling["best_fixed"]["mean_value"]


def test_show_tells_the_story_on_the_terminal() -> None:
    """Tom and Anna's ceiling is the one of the tutorial: 0.8 + 0.2 / 7."""
    shown = command("scenarios", "show", "tom-and-anna", "--exploration", "0.2").out

    assert "Tom likes politics in the morning" in shown
    assert "the best, at exploration 0.2" in shown
    assert "0.829" in shown
    assert "after click" in command("scenarios", "show", "news-clickbait").out


def test_new_writes_a_template_that_passes_its_own_check(tmp_path: Path) -> None:
    """And that can be played at once."""
    path = tmp_path / "mine.toml"

    written = command("scenarios", "new", str(path))
    checked = command("scenarios", "check", str(path))
    played = command("simulate", str(path), "--rounds", "300", "--json")

    assert written.code == checked.code == played.code == 0
    assert path.read_text(encoding="utf-8") == TEMPLATE
    assert checked.out == f"{path}: no mistakes\n"
    assert json.loads(played.out)["scenario"] == "mine"


def test_new_overwrites_nothing(tmp_path: Path) -> None:
    """A file that exists is somebody's work."""
    path = tmp_path / "mine.toml"
    path.write_text("mine")

    ended = command("scenarios", "new", str(path))

    assert ended.code == 2
    assert ended.err == f"personalizer-lab: cannot write {path}: File exists\n"
    assert path.read_text() == "mine"
    assert command("scenarios", "new", str(tmp_path / "mine.yaml")).code == 2


def test_check_tells_the_mistakes_of_every_file(tmp_path: Path) -> None:
    """One line each on stderr, and exit code 2."""
    good, bad, failing = (tmp_path / f"{name}.toml" for name in ("good", "bad", "failing"))
    good.write_text(TEMPLATE)
    bad.write_text(TEMPLATE.replace("weight = 2", "weight = 0").replace("lost = 0.02", "lost = 2"))
    (tmp_path / "hooks.py").write_text("def score(signals):\n    return 'good'\n")
    failing.write_text(
        TEMPLATE.replace("weights = { click = 1.0 }", 'hook = "hooks:score"\nwait = "5m"')
    )

    complaint = "expected a finite number or None, got 'good'"

    ended = command("scenarios", "check", str(bad), str(good), str(failing))

    assert ended.code == 2
    assert ended.out == f"{good}: no mistakes\n"
    assert ended.err.splitlines() == [
        f"personalizer-lab: {bad}: profiles.hiker.weight: expected greater than 0, got 0",
        f"personalizer-lab: {bad}: feedback.lost: expected less than or equal to 1, got 2",
        f"personalizer-lab: {failing}: the scenario's Python function hooks:score: {complaint}",
    ]


@pytest.mark.parametrize(
    ("module", "complaint"),
    [
        (
            "class Sold(Exception):\n    pass\n\ndef score(signals):\n    raise Sold('out')\n",
            "Sold: out",
        ),
        (
            "class Gone(Exception):\n    pass\n\nraise Gone('for lunch')\n",
            "hooks cannot be imported: Gone: for lunch",
        ),
    ],
    ids=["when it is called", "when it is imported"],
)
def test_a_function_with_an_exception_of_its_own_is_one_line(
    tmp_path: Path, module: str, complaint: str
) -> None:
    """Whatever somebody else's code raises; no traceback."""
    (tmp_path / "hooks.py").write_text(module)
    scenario = tmp_path / "mine.toml"
    scenario.write_text(
        TEMPLATE.replace("weights = { click = 1.0 }", 'hook = "hooks:score"\nwait = "5m"')
    )

    ended = command("simulate", str(scenario), "--rounds", "10", "--quiet")

    assert ended.code == 2
    (line,) = ended.err.splitlines()
    assert line.startswith("personalizer-lab: ")
    assert line.endswith(complaint)


def test_the_published_schema_is_the_one_in_force() -> None:
    """``scenarios schema`` prints it."""
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))

    assert published == scenario_schema() == json.loads(command("scenarios", "schema").out)


@pytest.mark.parametrize("text", [TEMPLATE, *(path.read_text() for path in SHIPPED.glob("*.toml"))])
def test_the_schema_accepts_what_ships(text: str) -> None:
    """And the template, which uses everything there is."""
    jsonschema.validate(tomllib.loads(text), scenario_schema())


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("schema = 1", "schema = 2"),
        ("weight = 2", "wait = 2"),
        ('since = "1h"', 'since = "soon"'),
        ("chance = [0.05, 0.6]", 'chance = "often"'),
        ('{ choice = ["sun", "rain"] }', '{ chose = ["sun"] }'),
        ("lost = 0.02", "lost = 2"),
    ],
)
def test_the_schema_refuses_mistakes(right: str, wrong: str) -> None:
    """So an editor marks them."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(TEMPLATE.replace(right, wrong, 1)), scenario_schema())
