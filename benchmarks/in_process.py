"""An in-process simulation of the news scenario against coba and against loops by hand."""

import sys
from time import perf_counter

from by_hand import ParsedLoop, TutorialLoop
from peers import coba_mean_reward, coba_seconds
from rows import Row, against, at_least, in_turn

from mock_service.settings import LoopSettings
from simulator.scenario.catalogue import find_scenario
from simulator.scenario.model import Scenario
from simulator.simulations import RunOptions, simulate

ROUNDS = 9
INTERACTIONS = 20_000
COBA_INTERACTIONS = 4_000
TRAINED_EVENTS = 3_000
ALIKE = 0.05


def lab_seconds(count: int, scenario: Scenario | None = None) -> float:
    """Return how long `count` interactions take, from nothing to the summary."""
    played = scenario or find_scenario("news")
    began = perf_counter()
    simulate(played, LoopSettings(), RunOptions(count))
    return perf_counter() - began


def measure() -> list[Row]:
    """Return interactions per second next to those of each peer."""
    _see_that_all_learn()
    rounds = in_turn(
        ROUNDS,
        lambda: INTERACTIONS / lab_seconds(INTERACTIONS),
        lambda: COBA_INTERACTIONS / coba_seconds(COBA_INTERACTIONS),
        lambda: INTERACTIONS / ParsedLoop().seconds(INTERACTIONS),
        lambda: INTERACTIONS / TutorialLoop().seconds(INTERACTIONS),
    )
    name, unit = "simulation in process", "interactions/s"
    peers = (
        ("coba", at_least(8)),
        ("loop by hand, parsed once (limit)", at_least(0.6)),
        ("loop of the VW tutorial", None),
    )
    return [
        against(peer, name, unit, [(one[0], one[index]) for one in rounds], target)
        for index, (peer, target) in enumerate(peers, start=1)
    ]


def _see_that_all_learn() -> None:
    """Hold what is earned against what we earn: who learns nothing is no peer, however fast."""
    by_hand = (ParsedLoop(), TutorialLoop())
    for loop in by_hand:
        loop.seconds(TRAINED_EVENTS)
    ours = (
        simulate(find_scenario("news"), LoopSettings(), RunOptions(TRAINED_EVENTS)).mean_reward
        or 0.0
    )
    theirs = [coba_mean_reward(TRAINED_EVENTS), *(loop.earned / TRAINED_EVENTS for loop in by_hand)]
    if max(abs(earned - ours) for earned in theirs) > ALIKE:
        sys.exit(f"not all learn alike: we earn {ours:.3f} a visit, the others {theirs}")
