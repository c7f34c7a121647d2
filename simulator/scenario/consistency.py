"""Mistakes no single table can see: names that do not match across tables."""

from collections import Counter
from collections.abc import Iterable, Iterator

from simulator.scenario.model import Scenario


def inconsistencies(scenario: Scenario) -> Iterator[str]:
    """Yield one line, beginning with the key, for each mistake."""
    yield from _repeated_actions(scenario)
    yield from _tastes(scenario)
    yield from _reward_weights(scenario)


def _repeated_actions(scenario: Scenario) -> Iterator[str]:
    for action_id, count in Counter(scenario.action_ids).items():
        if count > 1:
            yield f"actions: expected every id once, got {action_id!r} {count} times"


def _tastes(scenario: Scenario) -> Iterator[str]:
    table = scenario.tastes.by_profile
    yield from _differences("tastes.by_profile", table, scenario.profiles, "profile")
    for profile, tastes in table.items():
        key = f"tastes.by_profile.{profile}"
        yield from _differences(key, tastes, scenario.action_ids, "action")


def _reward_weights(scenario: Scenario) -> Iterator[str]:
    for name, design in scenario.rewards.items():
        for outcome in design.weights:
            if outcome not in scenario.outcomes:
                known = ", ".join(scenario.outcomes)
                yield f"rewards.{name}.weights: expected outcomes ({known}), got {outcome!r}"


def _differences(key: str, got: Iterable[str], wanted: Iterable[str], noun: str) -> Iterator[str]:
    got, wanted = list(got), list(wanted)
    for name in got:
        if name not in wanted:
            yield f"{key}: expected {noun}s of this file ({', '.join(wanted)}), got {name!r}"
    for name in wanted:
        if name not in got:
            yield f"{key}: expected every {noun}, and {name!r} is missing"
