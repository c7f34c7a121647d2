"""Mistakes in slots: actions and baselines that do not fit together."""

from collections import Counter
from collections.abc import Iterable, Iterator

from simulator.errors import OptionsInvalid
from simulator.scenario.model import Scenario
from simulator.scenario.slots import SlotSpec


def check_single_slot(scenario: Scenario) -> None:
    """Accept a scenario that shows one action a visit.

    Raises:
        OptionsInvalid: it fills several slots.
    """
    if scenario.slots:
        raise OptionsInvalid(
            f"{scenario.name} fills {len(scenario.slots)} slots a visit, and this takes one action "
            f"a visit: run `personalizer-lab simulate {scenario.name}` once for each setting"
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
    for number, slot in enumerate(slots):
        yield from _own(f"slots[{number}]", slot, scenario.action_ids)


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
