"""Reading scenario files: those that ship, and anybody's."""

from pathlib import Path

import pytest

from simulator.errors import ScenarioInvalid, ScenarioNotFound
from simulator.scenario.catalogue import SHIPPED, find_scenario, shipped_names
from simulator.scenario.load import load_scenario

NEWS = (SHIPPED / "news.toml").read_text(encoding="utf-8")


def test_a_rating_that_says_nothing_is_a_mistake(tmp_path: Path) -> None:
    """Without noise it would be the taste itself."""
    path = tmp_path / "mine.toml"
    path.write_text(NEWS.replace("rating = 0.1", "rating = 0", 1), encoding="utf-8")

    with pytest.raises(ScenarioInvalid) as caught:
        load_scenario(path)

    assert caught.value.mistakes == (
        f"{path}: outcomes.rating.rating: expected greater than 0, got 0",
    )


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
    with pytest.raises(ScenarioNotFound, match="expected one of coffee, layout, news, "):
        find_scenario("nes")


@pytest.mark.parametrize("name", shipped_names())
def test_what_ships_is_free_of_mistakes(name: str) -> None:
    """Every shipped file loads under its name."""
    assert name == find_scenario(name).name
