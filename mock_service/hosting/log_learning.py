"""Learning from a log as if a loop had made its decisions itself."""

from dataclasses import dataclass
from datetime import datetime

from mock_service.dsjson.event import LoggedDecision, LoggedMultiSlot, NotAnEvent
from mock_service.dsjson.multi_slot import split_slots
from mock_service.dsjson.own_decision import as_own_decision
from mock_service.dsjson.reader import Event, LogReader
from mock_service.errors import DataUnusable
from mock_service.hosting.hosted_loop import UNUSABLE
from mock_service.hosting.service import Service
from mock_service.loop.learning_loop import LearningLoop
from mock_service.loop.slots import slot_event_id
from mock_service.loop.training import TrainingReward
from mock_service.vowpal.presets import with_exploration
from mock_service.vowpal.sandbox import try_model

_MAX_REWARD = 1e9


@dataclass(frozen=True, slots=True)
class _Known:
    """The events that a loop held before the import began, by id and time."""

    service: Service
    loop: str

    def __contains__(self, event: Event) -> bool:
        if event.at is None:
            return False
        ids = [event.event_id]
        if isinstance(event, LoggedMultiSlot):
            ids = [slot_event_id(event.event_id, slot.id) for slot in event.slots]
        try:
            return any(self.service.holds_event(self.loop, id_, event.at) for id_ in ids)
        except UnicodeEncodeError:  # half a character is nothing that could have been stored
            return False


def learn_log(reader: LogReader, service: Service, name: str) -> datetime | None:
    """Let a loop learn all events of a log but those that it holds already.

    Returns when the first of them was decided, or None if there was none.

    Raises:
        DataUnusable: no model can be made of this log.
    """
    loop, oldest = service.loops[name].loop, None
    known = _Known(service, name) if loop.stats.decisions else ()
    try:
        for event in reader:
            if event in known:
                reader.repeat()
                continue
            _learn(reader, event, loop)
            oldest = min(filter(None, (oldest, event.at)), default=None)
        loop.publish()
        _try_models(loop)
    except UNUSABLE as error:
        reason = " ".join(str(error).split())[:300]
        raise DataUnusable(
            f"no model can be made of this log, and nothing was imported: {reason}"
        ) from error
    return oldest


def _learn(reader: LogReader, event: Event, loop: LearningLoop) -> None:
    """Learn an event, or let it count as damaged."""
    try:
        decisions = list(split_slots(event)) if isinstance(event, LoggedMultiSlot) else [event]
        taken = [(as_own_decision(one), _observed_values(one), _training(one)) for one in decisions]
    except (NotAnEvent, ValueError, RecursionError) as wrong:
        reader.refuse(str(wrong))
        return
    for decision, observations, training in taken:
        loop.import_event(decision, observations, training)


def _training(event: LoggedDecision) -> TrainingReward:
    training = TrainingReward(event.reward, event.observed_reward)
    if max(abs(training.reward), abs(training.joined)) > _MAX_REWARD:
        raise NotAnEvent(f"_label_cost: expected at most {_MAX_REWARD:g}, got {event.cost:g}")
    return training


def _observed_values(event: LoggedDecision) -> list[float | None]:
    return [None if one.action_taken else one.value for one in event.observations]


def _try_models(loop: LearningLoop) -> None:
    """See that what was learned answers as it should, before it is kept."""
    arguments = with_exploration(loop.state.policy, loop.state.exploration)
    if model := loop.models().training:
        try_model(arguments, model)
