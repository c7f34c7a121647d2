"""Every mistake in a scenario file gets one line: file, key, value, expectation."""

from pathlib import Path

import pytest

from simulator.errors import ScenarioInvalid, ScenarioNotFound
from simulator.scenario.catalogue import SHIPPED, find_scenario, shipped_names
from simulator.scenario.load import load_scenario

NEWS = (SHIPPED / "news.toml").read_text(encoding="utf-8")

MISTAKES = [
    ("schema = 1", "schema = 2", "schema: expected 1, got 2"),
    ("title", "titel", "title: expected it to be there, and it is missing"),
    ("per_hour = 600", "per_hour = -1", "traffic.per_hour: expected greater than 0, got -1"),
    ("per_hour = 600", "per_day = 1", "traffic.per_day: expected no such key"),
    ("choice = [true, false]", "choice = []", "context.prefersDarkMode.choice: list should have"),
    (
        "choice = [true, false]",
        "chose = [1]",
        "normal, time_of_day, calendar, got {'chose': [1]}",
    ),
    (
        "choice = [true, false]",
        "choice = [true, false], weights = [1]",
        "context.prefersDarkMode: expected as many weights as choices, got 1 for 2",
    ),
    (
        "choice = [true, false]",
        "choice = [true, false], weights = [0, 0]",
        "context.prefersDarkMode: expected at least one weight above 0",
    ),
    ("[1, 30]", "[30, 1]", "context.sessionDuration: expected the lower end first, got [30, 1]"),
    ("[1, 30]", "[1.5, 30]", "context.sessionDuration.integer[0]: expected a valid integer"),
    ("readingTime = 5", "readingTime = nan", "actions[0].features[2].readingTime: expected a text"),
    ("readingTime = 5", "readingTime = [5]", "true or false, got [5]"),
    ('id = "article-tech-ai"', 'id = ""', "actions[0].id: string should have at least 1 character"),
    (
        'id = "article-tech-cloud"',
        'id = "article-tech-ai"',
        "actions: expected every id once, got 'article-tech-ai' 2 times",
    ),
    (
        "article-tech-ai = 1.0",
        "article-tech-ai = 1.5",
        "tech-enthusiast.article-tech-ai: expected less than or equal to 1, got 1.5",
    ),
    ("article-tech-ai = 1.0", "article = 1.0", "expected every action, and 'article-tech-ai' is"),
    ("article-tech-ai = 1.0", "article = 1.0", "expected actions of this file (article-tech-ai,"),
    ("[tastes.by_profile.sports-fan]", "[tastes.by_profile.fan]", "'sports-fan' is missing"),
    ("rating = 0.1", "rating = 0", "outcomes.rating.rating: expected greater than 0, got 0"),
    (
        "weights = { rating",
        "weights = { click",
        "rewards.rating.weights: expected outcomes of this file (rating), got",
    ),
    ("schema = 1", 'schema = 1\nname = "x"', "name: the file's own name is the scenario's"),
    ("schema = 1", "schema 1", "not TOML: "),
]


@pytest.mark.parametrize(("right", "wrong", "expected"), MISTAKES)
def test_a_mistake_is_named(tmp_path: Path, right: str, wrong: str, expected: str) -> None:
    """One line begins with the file and says what was expected."""
    path = tmp_path / "mine.toml"
    path.write_text(NEWS.replace(right, wrong, 1), encoding="utf-8")

    with pytest.raises(ScenarioInvalid) as caught:
        load_scenario(path)

    assert all(line.startswith(f"{path}: ") for line in caught.value.mistakes)
    assert any(expected in line for line in caught.value.mistakes), caught.value.mistakes


def test_several_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Nobody should have to find mistakes one by one."""
    path = tmp_path / "mine.toml"
    path.write_text(NEWS.replace("per_hour = 600", "per_hour = 0").replace("[1, 30]", "[9, 1]"))

    with pytest.raises(ScenarioInvalid) as caught:
        load_scenario(path)

    assert len(caught.value.mistakes) == 2


def test_a_file_that_cannot_be_read_is_a_mistake_too(tmp_path: Path) -> None:
    """A missing file and one that is not text are both named."""
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(ScenarioInvalid, match=r"binary\.toml: not UTF-8 text"):
        load_scenario(tmp_path / "binary.toml")
    with pytest.raises(ScenarioInvalid, match=r"none\.toml: cannot be read: No such file"):
        find_scenario(str(tmp_path / "none.toml"))


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    """A typo is easily put right."""
    with pytest.raises(ScenarioNotFound, match="expected one of news"):
        find_scenario("nes")


@pytest.mark.parametrize("name", shipped_names())
def test_what_ships_is_free_of_mistakes(name: str) -> None:
    """Every shipped file loads under its name."""
    assert name == find_scenario(name).name
