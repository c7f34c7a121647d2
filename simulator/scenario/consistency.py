"""Mistakes no single table can see: names that do not match across tables."""

from collections import Counter
from collections.abc import Iterable, Iterator

from simulator.scenario.model import Scenario
from simulator.scenario.outcomes import Happening, Outcome
from simulator.scenario.rewards import Hooked, RewardSpec


def inconsistencies(scenario: Scenario) -> Iterator[str]:
    """Yield one line, beginning with the key, for each mistake."""
    yield from _repeated_actions(scenario)
    yield from _tastes(scenario)
    yield from _drifts(scenario)
    yield from _outcomes(scenario)
    yield from _rewards(scenario)


def _repeated_actions(scenario: Scenario) -> Iterator[str]:
    for action_id, count in Counter(scenario.action_ids).items():
        if count > 1:
            yield f"actions: expected every id once, got {action_id!r} {count} times"


def _tastes(scenario: Scenario) -> Iterator[str]:
    table = scenario.tastes.by_profile
    if not table:
        return
    yield from _differences("tastes.by_profile", table, scenario.profiles, "profile")
    for profile, tastes in table.items():
        key = f"tastes.by_profile.{profile}"
        yield from _differences(key, tastes, scenario.action_ids, "action")


def _drifts(scenario: Scenario) -> Iterator[str]:
    for number, drift in enumerate(scenario.drifts):
        key = f"drifts[{number}]"
        yield from _unknown(f"{key}.profiles", drift.profiles or (), scenario.profiles, "profile")
        table = drift.tastes.by_profile
        yield from _unknown(f"{key}.tastes.by_profile", table, scenario.profiles, "profile")
        for profile, tastes in table.items():
            place = f"{key}.tastes.by_profile.{profile}"
            yield from _unknown(place, tastes, scenario.action_ids, "action")


def _outcomes(scenario: Scenario) -> Iterator[str]:
    above: dict[str, Outcome] = {}
    for name, outcome in scenario.outcomes.items():
        key = f"outcomes.{name}"
        steps = [step for step, other in above.items() if isinstance(other, Happening)]
        known = ", ".join(steps) or "there is none"
        for link, step in (("after", outcome.after), ("unless", outcome.unless)):
            if step is not None and step not in steps:
                expected = f"expected an outcome with a chance above ({known})"
                yield f"{key}.{link}: {expected}, got {step!r}"
        rival = above.get(outcome.unless or "")
        if rival is not None and rival.after != outcome.after:
            yield (
                f"{key}.unless: expected an outcome with the same after ({outcome.after!r}), "
                f"got {outcome.unless!r} with {rival.after!r}"
            )
        if isinstance(outcome, Happening):
            yield from _unknown(
                f"{key}.by_action", outcome.by_action, scenario.action_ids, "action"
            )
        above[name] = outcome


def _rewards(scenario: Scenario) -> Iterator[str]:
    late = set(late_outcomes(scenario))
    for name, design in scenario.rewards.items():
        key = f"rewards.{name}"
        heard = scenario.outcomes if isinstance(design, Hooked) else design.weights
        yield from _unknown(f"{key}.weights", heard, scenario.outcomes, "outcome")
        if design.wait is None and _needs_wait(design) and late.intersection(heard):
            some = ", ".join(sorted(late.intersection(heard)))
            yield (
                f"{key}.wait: expected it to be there, because {some} may come late: without it "
                "nobody knows when nothing more will happen"
            )


def late_outcomes(scenario: Scenario) -> Iterator[str]:
    """Yield the names of the outcomes that may come later than their visit."""
    late: set[str] = set()
    for name, outcome in scenario.outcomes.items():
        if outcome.delay is not None or outcome.after in late:
            late.add(name)
            yield name


def _needs_wait(design: RewardSpec) -> bool:
    """Say whether the reward can be known only when no more outcomes can come."""
    if isinstance(design, Hooked):
        return True
    return design.combine in {"sum", "last"} or design.nothing != "unsent"


def _unknown(key: str, got: Iterable[str], wanted: Iterable[str], noun: str) -> Iterator[str]:
    wanted = list(wanted)
    for name in got:
        if name not in wanted:
            yield f"{key}: expected {noun}s of this file ({', '.join(wanted)}), got {name!r}"


def _differences(key: str, got: Iterable[str], wanted: Iterable[str], noun: str) -> Iterator[str]:
    got, wanted = list(got), list(wanted)
    yield from _unknown(key, got, wanted, noun)
    for name in wanted:
        if name not in got:
            yield f"{key}: expected every {noun}, and {name!r} is missing"
