"""Multi-slot events in a log: one line an event, though each slot was a decision of its own."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mock_service.dsjson.event import LoggedDecision, LoggedMultiSlot, LoggedSlot
from mock_service.loop.decision import Action
from mock_service.loop.slots import SEPARATOR, SlotContext, read_slot, slot_event_id, write_slot

_Slots = list[tuple[LoggedDecision, SlotContext]]


def pages(
    events: Iterable[LoggedDecision | LoggedMultiSlot],
) -> Iterator[LoggedDecision | LoggedMultiSlot]:
    """Yield events as they are logged: the slots of a page together, once all have settled."""
    joiner = PageJoiner()
    for event in events:
        joined = joiner.add(event)
        if joined is not None:
            yield joined


class PageJoiner:
    """Puts the slots of pages together, as they settle one after the other."""

    def __init__(self) -> None:
        self._unfinished: dict[str, _Slots] = {}

    def add(
        self, event: LoggedDecision | LoggedMultiSlot
    ) -> LoggedDecision | LoggedMultiSlot | None:
        """Return what is whole with this event: itself, or the page of which it is the last."""
        if isinstance(event, LoggedMultiSlot):
            return event
        about = read_slot(event.event_id, event.context)
        if about is None:
            return event
        page = event.event_id.rpartition(SEPARATOR)[0]
        slots = self._unfinished.setdefault(page, [])
        slots.append((event, about))
        if len(slots) < about.of:
            return None
        return _page(page, sorted(self._unfinished.pop(page), key=lambda slot: slot[1].number))


def split_slots(event: LoggedMultiSlot) -> Iterator[LoggedDecision]:
    """Yield what was decided about each slot of a page, as events of their own."""
    context = json.loads(event.context)
    for number, slot in enumerate(event.slots):
        if slot.cost is None:
            continue
        indices = _baseline_first(sorted(slot.order), event.baselines, number)
        features = json.loads(slot.features)
        baseline = _other_baseline(event, number)
        about = SlotContext(context, slot.id, number, len(event.slots), features, baseline)
        yield LoggedDecision(
            event_id=slot_event_id(event.event_id, slot.id),
            at=event.at,
            context=write_slot(about),
            actions=tuple(event.actions[index] for index in indices),
            observations=(*event.observations, *slot.observations),
            skip_learn=event.skip_learn,
            model_id=event.model_id,
            drop_probability=event.drop_probability,
            order=tuple(indices.index(index) for index in slot.order),
            probabilities=slot.probabilities,
            cost=slot.cost,
            propensity=slot.probabilities[0],
            original_cost=slot.original_cost,
        )


def _baseline_first(indices: list[int], baselines: tuple[int, ...], number: int) -> list[int]:
    """Return a slot's actions as a loop keeps them: what would have been shown without it first."""
    baseline = baselines[number] if number < len(baselines) else None
    return sorted(indices, key=lambda index: index != baseline)


def _page(event_id: str, slots: _Slots) -> LoggedMultiSlot:
    first, its_slot = slots[0]
    actions = list(dict.fromkeys(action for event, _ in slots for action in event.actions))
    position = {action: index for index, action in enumerate(actions)}
    return LoggedMultiSlot(
        event_id=event_id,
        at=first.at,
        context=json.dumps(its_slot.context, separators=(",", ":")),
        actions=tuple(actions),
        skip_learn=first.skip_learn,
        model_id=first.model_id,
        drop_probability=first.drop_probability,
        slots=tuple(
            LoggedSlot(
                id=about.id,
                features=json.dumps(about.features, separators=(",", ":")),
                order=tuple(position[event.actions[index]] for index in event.order),
                probabilities=event.probabilities,
                cost=event.cost,
                original_cost=event.original_cost,
                allowed=tuple(sorted(position[action] for action in event.actions)),
                observations=tuple(
                    replace(observation, event_id=event_id, slot=about.id)
                    for observation in event.observations
                ),
            )
            for event, about in slots
        ),
        baselines=_baselines(actions, slots),
    )


def _other_baseline(event: LoggedMultiSlot, number: int) -> str | None:
    """Return the id of a slot's baseline where it is not among its actions; empty if unknown."""
    if number >= len(event.baselines):
        return ""
    index = event.baselines[number]
    return None if index in event.slots[number].order else event.actions[index].id


def _baselines(actions: list[Action], slots: _Slots) -> tuple[int, ...]:
    """Return the baselines of all slots as indices into the page's actions, if all are known."""
    ids = [action.id for action in actions]
    names = [
        event.actions[0].id if about.baseline is None else about.baseline for event, about in slots
    ]
    return tuple(map(ids.index, names)) if set(names) <= set(ids) else ()
