"""Importing a log into a data folder: all of it in one step, or nothing."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mock_service.build import build_service
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
from mock_service.security.private_files import make_private_folder
from mock_service.settings import Settings
from mock_service.storage.database import FILE
from mock_service.vowpal.presets import with_exploration
from mock_service.vowpal.sandbox import try_model

_MAX_REWARD = 1e9


def import_log(reader: LogReader, folder: Path, loop: str) -> str:
    """Let a loop in `folder` learn the events of a log, as if it had made those decisions itself.

    A folder without data gets a new default loop, once all is well. Returns what will become of
    old events, or an empty text where there are none.

    Raises:
        DataUnusable: the folder cannot be used, or no model can be made of this log.
    """
    if (folder / FILE).is_file():
        return _import(reader, folder, loop, lambda: None)
    if folder.exists() and not folder.is_dir():
        raise DataUnusable(f"{folder} cannot be written: it is no folder")
    with _beside(folder) as fresh:
        return _import(reader, fresh, loop, lambda: _move(fresh / FILE, folder))


def _import(reader: LogReader, folder: Path, loop: str, then: Callable[[], None]) -> str:
    service = build_service(Settings(data_folder=folder))
    try:
        service.queue.begin()
        target = _find(service, folder, loop)
        oldest = _learn_all(reader, target, _Known(service, loop))
        note = "" if oldest is None else _describe_age(target, service.clock.now() - oldest)
        service.queue.finish()
    except BaseException:  # an interrupt, too, leaves nothing behind
        service.queue.abandon()
        raise
    service.close()
    then()
    return note


def _describe_age(loop: LearningLoop, age: timedelta) -> str:
    """Say what a later change of settings would forget of events this old, and how to keep it."""
    retrained = loop.configuration.model_retrain_days
    if age <= timedelta(days=retrained):
        return ""
    days = age // timedelta(days=1) + 1
    return (
        f"The oldest event is {days:,} days old. A change of the exploration, the policy or the "
        f"reward settings trains the model anew from the last {retrained} days of decisions "
        "(modelRetrainDays), and what was imported before them is forgotten by it: set "
        f"modelRetrainDays to {days:,} first to keep it. Events older than "
        f"{loop.configuration.log_retention_days} days (logRetentionDays) leave the log."
    )


def _find(service: Service, folder: Path, loop: str) -> LearningLoop:
    if loop not in service.loops:
        raise DataUnusable(f"{folder} holds no loop {loop!r}")
    return service.loops[loop].loop


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


def _learn_all(reader: LogReader, loop: LearningLoop, known: _Known) -> datetime | None:
    """Learn all events but those that are known; return when the first of them was decided."""
    oldest = None
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


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """Give a hidden folder on the same disk until the block ends."""
    ancestor = next(one for one in folder.absolute().parents if one.is_dir())
    try:
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-import-", dir=ancestor))
    except OSError as error:
        raise DataUnusable(f"{folder} cannot be written: {error.strerror}") from error
    try:
        yield fresh
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _move(file: Path, folder: Path) -> None:
    """Put a finished file into its folder, unless there is one by now."""
    try:
        make_private_folder(folder)
        (folder / FILE).hardlink_to(file)
    except FileExistsError as error:
        raise DataUnusable(f"{folder} is in use by another server: nothing was imported") from error
    except OSError as error:
        raise DataUnusable(f"{folder} cannot be written: {error.strerror}") from error
