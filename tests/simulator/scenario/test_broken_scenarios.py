"""Every mistake in a scenario file gets its one line: file, key, value, expectation."""

import tomllib
from pathlib import Path

import pytest

from simulator.errors import ScenarioInvalid
from simulator.scenario.load import load_scenario
from simulator.scenario.template import TEMPLATE

BROKEN = [
    case
    for path in sorted((Path(__file__).parent / "broken").glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["broken"]
]
CROWDED = "\n".join(f'[[actions]]\nid = "a{n}"\nfeatures = [{{ n = {n} }}]' for n in range(51))


def _mistakes(folder: Path, text: str) -> list[str]:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioInvalid) as caught:
        load_scenario(path)
    assert all(line.startswith(f"{path}: ") for line in caught.value.mistakes)
    return [line.removeprefix(f"{path}: ") for line in caught.value.mistakes]


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case["wrong"][:40])
def test_a_broken_file_gets_one_clear_line(tmp_path: Path, case: dict[str, str]) -> None:
    """Exactly the one that is written beside the mistake."""
    assert case["right"] in TEMPLATE

    mistakes = _mistakes(tmp_path, TEMPLATE.replace(case["right"], case["wrong"], 1))

    assert mistakes == [case["says"]]


def test_there_are_many_broken_files() -> None:
    """All kinds of tables are among them."""
    tables = {case["says"].replace("[", ".").split(".")[0] for case in BROKEN}

    assert len(BROKEN) >= 40
    assert tables >= {"actions", "profiles", "context", "tastes", "drifts", "outcomes", "rewards"}
    assert tables >= {"feedback", "traffic"}


def test_mistakes_all_over_a_file_are_told_at_once(tmp_path: Path) -> None:
    """One line each, in the order of the file."""
    text = TEMPLATE.replace("weight = 2", "weight = 0").replace("lost = 0.02", "lost = 2")
    text = text.replace('at = "2h"', 'at = "noon"')

    assert [line.split(":")[0] for line in _mistakes(tmp_path, text)] == [
        "profiles.hiker.weight",
        "drifts[0].at",
        "feedback.lost",
    ]


def test_a_moment_without_anything_to_show_is_a_mistake(tmp_path: Path) -> None:
    """At night only the umbrella is left, and it leaves after a month."""
    text = TEMPLATE.replace('[{ kind = "shoes" }, { price = 90 }]', "[{}]\nhours = [6, 22]")

    assert _mistakes(tmp_path, text) == [
        "actions: expected 1 to 50 of them to be there at every moment, got 0 after 0:00:00"
    ]


def test_more_actions_than_a_request_holds_are_a_mistake(tmp_path: Path) -> None:
    """50 at a time are what the service takes; later ones may come when others leave."""
    tastes = ", ".join(f"a{n} = 0.5" for n in range(51))
    text = TEMPLATE
    for name in ("hiker", "tourist"):
        text = text.replace(f"{name} = {{ boots", f"{name} = {{ {tastes}, boots", 1)
    text = text.replace("# ---- Profiles", f"{CROWDED}\n# ---- Profiles", 1)

    assert _mistakes(tmp_path, text) == [
        "actions: expected 1 to 50 of them to be there at every moment, got 52 after 0:00:00"
    ]
