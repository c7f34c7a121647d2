"""Mistakes in slots: actions and baselines that do not fit together."""

from collections import Counter
from collections.abc import Iterable, Iterator
from math import prod

from simulator.errors import OptionsInvalid
from simulator.scenario.model import Scenario
from simulator.scenario.outcomes import BinaryOutcome
from simulator.scenario.slots import ExaminationKind, SlotSpec


def check_single_slot(scenario: Scenario) -> None:
    """Accept a scenario that shows one action a visit.

    Raises:
        OptionsInvalid: it fills several slots.
    """
    if scenario.slots:
        raise OptionsInvalid(
            f"{scenario.name} fills {len(scenario.slots)} slots a visit, and this takes one action "
            "a visit"
        )


def slot_mistakes(scenario: Scenario) -> Iterator[str]:
    """Yield one line for each mistake in a scenario's slots."""
    slots = scenario.slots
    if not slots:
        if scenario.page is not None:
            yield "page: expected slots in the same file, and there are none"
        return
    yield from _find_repeated("id", (slot.id for slot in slots))
    yield from _find_repeated("baseline", (slot.baseline for slot in slots))
    for action in scenario.actions:
        if action.comes_and_goes:
            yield f"slots: expected actions that are always there, and {action.id!r} is not"
    yield from _examination_mistakes(scenario)
    for number, slot in enumerate(slots):
        yield from _own(f"slots[{number}]", slot, scenario.action_ids)


def depends_on_others(scenario: Scenario) -> bool:
    """Return whether what comes of a slot depends on what the others show."""
    return scenario.page is not None and scenario.page.examination in _OF_CLICKS


def _examination_mistakes(scenario: Scenario) -> Iterator[str]:
    """Yield what keeps users from looking at the page as it says."""
    if not depends_on_others(scenario):
        return
    first = next(iter(scenario.outcomes), "")
    if not isinstance(scenario.outcomes.get(first), BinaryOutcome):
        yield (
            f"page.examination: expected the first outcome to happen or not, as a click does, and "
            f"{first!r} is a rating"
        )
    pages = prod(range(len(scenario.actions), len(scenario.actions) - len(scenario.slots), -1))
    if pages > MAX_PAGES:
        yield (
            f"page.examination: expected at most {MAX_PAGES:,} different pages, as each is looked "
            f"at, and {len(scenario.actions)} actions in {len(scenario.slots)} slots make {pages:,}"
        )


_OF_CLICKS = frozenset({ExaminationKind.CASCADE, ExaminationKind.CHOICE})
MAX_PAGES = 5040
"""Of seven actions in seven slots; all of them are worked out for every block of visits."""


def _find_repeated(key: str, values: Iterable[str]) -> Iterator[str]:
    for value, count in Counter(values).items():
        if count > 1:
            yield f"slots: expected every {key} once, got {value!r} {count} times"


def _own(key: str, slot: SlotSpec, known: list[str]) -> Iterator[str]:
    named = {"baseline": [slot.baseline], "excluded": slot.excluded, "by_action": slot.by_action}
    for name, actions in named.items():
        for action in actions:
            if action not in known:
                of = ", ".join(known)
                yield f"{key}.{name}: expected actions of this file ({of}), got {action!r}"
    if slot.baseline in slot.excluded:
        yield f"{key}.excluded: expected another action than the slot's baseline {slot.baseline!r}"
