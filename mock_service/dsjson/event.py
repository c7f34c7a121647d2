"""The nouns of a log: events as they were decided and joined.

Features are JSON arrays of objects, as text, exactly as in `mock_service.loop.decision`; indices
count actions from 0. A cost is a reward with its sign turned, as Vowpal Wabbit wants it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mock_service.loop.configuration import LearningMode
from mock_service.loop.decision import Action, Decision
from mock_service.timestamps import EPOCH

UNTRAINED_MODEL = "N/A"
"""The model id of decisions made before the first model."""


class NotAnEvent(Exception):
    """A line's parts do not make an event; the text says which part, and what was expected."""


@dataclass(frozen=True, slots=True)
class LoggedObservation:
    """Something heard about an event: a reward, or (``action_taken``) that it was shown.

    ``slot`` is a slot's id or place in a multi-slot event; an activation has no ``value``.
    """

    event_id: str
    value: float | None = None
    action_taken: bool = False
    slot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent:
    """What events of both kinds have.

    ``at`` is None where a log keeps no time. ``skip_learn`` marks an event that is not learned from
    or judge by: deferred and never activated. ``drop_probability`` is the chance that an event
    like this one was thinned out of the log.
    """

    event_id: str
    at: datetime | None
    context: str
    actions: tuple[Action, ...]
    observations: tuple[LoggedObservation, ...] = ()
    skip_learn: bool = False
    model_id: str = UNTRAINED_MODEL
    drop_probability: float = 0.0
    version: str = "1"

    @property
    def activated(self) -> bool:
        """Whether the decision was reported as shown."""
        return any(observation.action_taken for observation in self.observations)

    @property
    def deferred(self) -> bool:
        """Whether the decision waited for an activation, as far as the log tells."""
        return self.skip_learn or self.activated


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedDecision(LoggedEvent):
    """One answered rank request and what came of it.

    ``order`` holds indices into ``actions``, the chosen one first, and ``probabilities`` belongs
    to ``order``. ``cost`` and ``propensity`` are what was learned from; ``original_cost`` is what
    was observed, which differs where the loop only imitates. ``learning_mode`` is None where the
    log does not say.
    """

    order: tuple[int, ...]
    probabilities: tuple[float, ...]
    cost: float
    propensity: float
    original_cost: float | None = None
    learning_mode: LearningMode | None = None

    @property
    def action_count(self) -> int:
        """How many actions there were to choose from."""
        return len(self.actions)

    def with_changes(self, **changes: Any) -> "LoggedDecision":  # noqa: ANN401 (its fields)
        """Return the decision with other values in some fields."""
        return replace(self, **changes)

    @property
    def observed_reward(self) -> float:
        """The reward that users gave, whatever was learned from."""
        return self.reward if self.original_cost is None else 0.0 - self.original_cost

    @property
    def chosen(self) -> int:
        """The index of the action that was shown."""
        return self.order[0]

    @property
    def reward(self) -> float:
        """The reward that was learned from."""
        return 0.0 - self.cost


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedSlot:
    """What one slot of a multi-slot event was given.

    ``cost`` is None where the log does not label the slot. ``allowed`` holds the indices of the
    actions the slot could have, None if it could have any.
    """

    id: str
    features: str
    order: tuple[int, ...]
    probabilities: tuple[float, ...]
    cost: float | None
    original_cost: float | None = None
    allowed: tuple[int, ...] | None = None
    observations: tuple[LoggedObservation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedMultiSlot(LoggedEvent):
    """One answered multi-slot rank request; ``baselines`` are indices, one a slot, if logged."""

    slots: tuple[LoggedSlot, ...]
    baselines: tuple[int, ...] = ()

    @property
    def activated(self) -> bool:
        """Whether the decision was reported as shown."""
        heard = (observation for slot in self.slots for observation in slot.observations)
        return any(one.action_taken for one in (*self.observations, *heard))


def log_decision(
    decision: Decision,
    *,
    reward: float,
    joined: float | None = None,
    observations: tuple[LoggedObservation, ...] = (),
    activated: bool = True,
) -> LoggedDecision:
    """Return a decision of this process as it belongs into a log.

    ``reward`` is what was learned and ``joined`` what was observed, if that is something else.
    """
    return LoggedDecision(
        event_id=decision.event_id,
        at=decision.at,
        context=decision.context,
        actions=decision.actions,
        observations=observations,
        skip_learn=not activated,
        model_id=str(decision.model) if decision.model else UNTRAINED_MODEL,
        order=decision.order,
        probabilities=decision.probabilities,
        cost=0.0 - reward,
        propensity=decision.propensity,
        drop_probability=decision.drop_probability,
        original_cost=0.0 - (reward if joined is None else joined),
        learning_mode=decision.learning_mode,
    )


def as_decision(event: LoggedDecision) -> Decision:
    """Return a logged event as the decision a learner can learn from, with its propensity."""
    return Decision(
        event.event_id,
        event.at or EPOCH,
        event.context,
        event.actions,
        event.actions,
        event.order,
        (event.propensity, *event.probabilities[1:]),
        event.deferred,
        drop_probability=event.drop_probability,
    )


def slot_decision(event: LoggedMultiSlot, number: int = 0) -> LoggedDecision:
    """Return the choice for one slot, counted from 0, as an event of its own.

    Its actions are those that the slot could have and that earlier slots left over. What the
    application would have shown there by itself comes first, if the log says what that is.

    Raises:
        NotAnEvent: the slot is not labelled.
    """
    slot = event.slots[number]
    if slot.cost is None:
        raise NotAnEvent(f"_outcomes: the slot {number + 1} has no _label_cost")
    allowed = _find_eligible(event, number)
    if number < len(event.baselines):
        allowed = tuple(sorted(allowed, key=lambda index: index != event.baselines[number]))
    position = {action: index for index, action in enumerate(allowed)}
    return LoggedDecision(
        event_id=event.event_id,
        at=event.at,
        context=_join_features(event.context, slot.features),
        actions=tuple(event.actions[index] for index in allowed),
        observations=(*event.observations, *slot.observations),
        skip_learn=event.skip_learn,
        model_id=event.model_id,
        drop_probability=event.drop_probability,
        version=event.version,
        order=tuple(position[index] for index in slot.order),
        probabilities=slot.probabilities,
        cost=slot.cost,
        propensity=slot.probabilities[0],
        original_cost=slot.original_cost,
    )


def _find_eligible(event: LoggedMultiSlot, number: int) -> tuple[int, ...]:
    """Return the actions that a slot chose from; those it ranked, where a log says otherwise."""
    slot = event.slots[number]
    taken = {earlier.order[0] for earlier in event.slots[:number]}
    for candidates in (slot.allowed or (), range(len(event.actions))):
        eligible = tuple(index for index in candidates if index not in taken)
        if set(slot.order) <= set(eligible):
            return eligible
    return tuple(sorted(slot.order))


def _join_features(features: str, more: str) -> str:
    """Return one JSON array of all the objects of two."""
    inner = [text.strip()[1:-1].strip() for text in (features, more)]
    return f"[{','.join(text for text in inner if text)}]"
