"""Mistakes no single table can see: names that do not match across tables."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta

from simulator.scenario.model import DAY, MAX_ACTIONS, Scenario
from simulator.scenario.outcomes import BinaryOutcome, Outcome
from simulator.scenario.rewards import PythonRewardDesign, RewardSpec
from simulator.scenario.slot_consistency import slot_mistakes
from simulator.scenario.taste_consistency import hook_mistakes, taste_mistakes


def inconsistencies(scenario: Scenario) -> Iterator[str]:
    """Yield one line, beginning with the key, for each mistake."""
    repeated = list(_repeated_actions(scenario))
    if repeated:  # what follows goes by the ids
        yield from repeated
        return
    yield from _offers(scenario)
    yield from _tastes(scenario)
    yield from _drifts(scenario)
    yield from _outcomes(scenario)
    yield from _rewards(scenario)
    yield from slot_mistakes(scenario)


def _repeated_actions(scenario: Scenario) -> Iterator[str]:
    for action_id, count in Counter(scenario.action_ids).items():
        if count > 1:
            yield f"actions: expected every id once, got {action_id!r} {count} times"


def _offers(scenario: Scenario) -> Iterator[str]:
    """Yield the first moment at which there is nothing to show, or more than a request holds."""
    for offset in _offsets_of_change(scenario):
        count = sum(action.is_there(offset) for action in scenario.actions)
        if not 1 <= count <= MAX_ACTIONS:
            yield (
                f"actions: expected 1 to {MAX_ACTIONS} of them to be there at every moment, "
                f"got {count} after {offset}"
            )
            return


def _offsets_of_change(scenario: Scenario) -> list[timedelta]:
    """Return moments that stand for all others: nothing appears or leaves between them.

    The hours of a day are looked at once after each change of days.
    """
    starts = {timedelta(), *(action.since for action in scenario.actions)}
    starts |= {action.until for action in scenario.actions if action.until is not None}
    hours = {hour for action in scenario.actions for hour in action.hours or ()}
    daily = {start + (timedelta(hours=hour) - start) % DAY for start in starts for hour in hours}
    return sorted(starts | daily)


def _tastes(scenario: Scenario) -> Iterator[str]:
    yield from taste_mistakes("tastes", scenario, scenario.tastes)
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
        yield from taste_mistakes(f"{key}.tastes", scenario, drift.tastes)
        table = drift.tastes.by_profile
        yield from _unknown(f"{key}.tastes.by_profile", table, scenario.profiles, "profile")
        for profile, tastes in table.items():
            index = f"{key}.tastes.by_profile.{profile}"
            yield from _unknown(index, tastes, scenario.action_ids, "action")


def _outcomes(scenario: Scenario) -> Iterator[str]:
    above: dict[str, Outcome] = {}
    lost: set[str] = set()
    for name, outcome in scenario.outcomes.items():
        key = f"outcomes.{name}"
        wrong = list(_steps(key, outcome, above, lost))
        if wrong:
            lost.add(name)
        yield from wrong
        if isinstance(outcome, BinaryOutcome):
            yield from _unknown(
                f"{key}.by_action", outcome.by_action, scenario.action_ids, "action"
            )
        above[name] = outcome


def _steps(key: str, outcome: Outcome, above: dict[str, Outcome], lost: set[str]) -> Iterator[str]:
    """Yield mistakes in the steps that an outcome depends on; `lost` are steps with mistakes."""
    steps = [step for step, other in above.items() if isinstance(other, BinaryOutcome)]
    for link, step in (("after", outcome.after), ("unless", outcome.unless)):
        if step is not None and step not in steps:
            known = ", ".join(steps) or "there is none"
            yield f"{key}.{link}: expected an outcome with a chance above ({known}), got {step!r}"
            return
    rival = above.get(outcome.unless or "")
    if rival is not None and rival.after != outcome.after and outcome.unless not in lost:
        yield (
            f"{key}.unless: expected an outcome with the same after ({outcome.after!r}), "
            f"got {outcome.unless!r} with {rival.after!r}"
        )


def _rewards(scenario: Scenario) -> Iterator[str]:
    late = set(late_outcomes(scenario))
    for name, design in scenario.rewards.items():
        key = f"rewards.{name}"
        if isinstance(design, PythonRewardDesign):
            yield from hook_mistakes(f"{key}.hook", scenario, design.hook)
        observed = scenario.outcomes if isinstance(design, PythonRewardDesign) else design.weights
        yield from _unknown(f"{key}.weights", observed, scenario.outcomes, "outcome")
        if design.wait is None and _needs_wait(design) and late.intersection(observed):
            some = ", ".join(sorted(late.intersection(observed)))
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
    if isinstance(design, PythonRewardDesign):
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
