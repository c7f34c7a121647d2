"""Finding scenarios: those that ship, by name, and users' own, by path."""

from pathlib import Path

from simulator.errors import ScenarioNotFound
from simulator.scenario.load import load_scenario
from simulator.scenario.model import Scenario

SHIPPED = Path(__file__).parents[2] / "scenarios"


def find_scenario(name: str) -> Scenario:
    """Return the shipped scenario of that name, or the one at that path if it ends in .toml.

    Raises:
        ScenarioNotFound: no scenario ships under that name.
        ScenarioInvalid: the file holds mistakes.
    """
    if name.endswith(".toml"):
        return load_scenario(Path(name))
    if name not in shipped_names():
        raise ScenarioNotFound(name, shipped_names())
    return load_scenario(SHIPPED / f"{name}.toml")


def shipped_names() -> list[str]:
    """Return the names of the scenarios that ship, sorted."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))
