"""What an event costs as there are more of them, and as there are more actions to choose from."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from by_hand import ParsedLoop
from in_process import lab_seconds
from news import scenario_text, wide_site
from peers import coba_seconds
from rows import Row, against, alone, at_most, in_turn

from simulator.scenario.load import load_scenario
from simulator.scenario.model import Scenario

ROUNDS = 3
EVENTS = (10**3, 10**4, 10**5, 10**6)
FLAT_FROM = 10**4
ACTIONS = (5, 10, 20, 35, 50)
VISITS = 4000
COBA_VISITS = 1000
BY_EVENTS = "cost of a visit, in a run of "
BY_ACTIONS = "cost of a visit, with "
_MICRO = 1e6


def measure() -> list[Row]:
    """Return microseconds a visit."""
    return [*_by_events(), *_by_actions()]


def _by_events() -> list[Row]:
    lab_seconds(EVENTS[1])
    rounds = in_turn(ROUNDS, *(partial(_microseconds, count) for count in EVENTS))
    return [_run_row(index, rounds) for index in range(len(EVENTS))]


def _run_row(index: int, rounds: list[tuple[float, ...]]) -> Row:
    """Return the row of one length of run; longer ones are held against the first flat one."""
    count, flat = EVENTS[index], EVENTS.index(FLAT_FROM)
    name = f"{BY_EVENTS}{count:,}"
    if index <= flat:
        return alone(name, "us", [one[index] for one in rounds])
    pairs = [(one[index], one[flat]) for one in rounds]
    return against(f"a run of {FLAT_FROM:,}", name, "us", pairs, at_most(1.2))


def _by_actions() -> list[Row]:
    pairs = [_width_rows(count) for count in ACTIONS]
    return [row for kind in zip(*pairs, strict=True) for row in kind]


def _width_rows(count: int) -> tuple[Row, Row]:
    site = wide_site(count)
    with TemporaryDirectory() as folder:
        file = Path(folder, "wide.toml")
        file.write_text(scenario_text(site), encoding="utf-8")
        scenario = load_scenario(file)
    rounds = in_turn(
        ROUNDS,
        lambda: _microseconds(VISITS, scenario),
        lambda: ParsedLoop(site).seconds(VISITS) / VISITS * _MICRO,
        lambda: coba_seconds(COBA_VISITS, site=site) / COBA_VISITS * _MICRO,
    )
    by_hand, coba = ([(one[0], one[index]) for one in rounds] for index in (1, 2))
    limit = "loop by hand, parsed once (limit)"
    return (
        against(limit, f"{BY_ACTIONS}{count} actions", "us", by_hand, None),
        against("coba", f"a visit among {count} actions", "us", coba, None),
    )


def _microseconds(count: int, scenario: Scenario | None = None) -> float:
    return lab_seconds(count, scenario) / count * _MICRO
