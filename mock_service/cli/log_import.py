"""Importing a log into a data folder: all of it in one step, or nothing."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from mock_service.build import build_service
from mock_service.dsjson.event import LoggedDecision, LoggedMultiSlot, NotAnEvent, as_decision
from mock_service.dsjson.multi_slot import split_slots
from mock_service.dsjson.reader import Event, LogReader
from mock_service.errors import DataUnusable
from mock_service.hosting.hosted_loop import UNUSABLE
from mock_service.hosting.service import Service
from mock_service.loop.decision import Decision
from mock_service.loop.learning_loop import LearningLoop
from mock_service.loop.training import TrainingReward
from mock_service.security.private_files import make_private_folder
from mock_service.settings import Settings
from mock_service.storage.database import FILE
from mock_service.storage.row_checks import check_features
from mock_service.vowpal.presets import with_exploration
from mock_service.vowpal.sandbox import try_model

_MAX_REWARD = 1e9
_MIN_PROBABILITY, _MAX_PROBABILITY = 1e-9, 1.001
"""Beyond these a single event takes a model's weights out of the range of single precision."""
_MAX_VERSION_LENGTH = 15


def import_log(reader: LogReader, folder: Path, loop: str) -> None:
    """Let a loop in `folder` learn the events of a log, as if it had made those decisions itself.

    A folder without data gets a new default loop, once all is well.

    Raises:
        DataUnusable: the folder cannot be used, or no model can be made of this log.
    """
    if (folder / FILE).is_file():
        _import(reader, folder, loop, lambda: None)
        return
    if folder.exists() and not folder.is_dir():
        raise DataUnusable(f"{folder} cannot be written: it is no folder")
    with _beside(folder) as fresh:
        _import(reader, fresh, loop, lambda: _move(fresh / FILE, folder))


def observed_reward(event: LoggedDecision) -> float:
    """Return what the users' rewards came to."""
    return event.reward if event.original_cost is None else 0.0 - event.original_cost


def _import(reader: LogReader, folder: Path, loop: str, then: Callable[[], None]) -> None:
    service = build_service(Settings(data_folder=folder))
    try:
        service.queue.begin()
        _learn_all(reader, _find(service, folder, loop))
        service.queue.finish()
    except BaseException:  # an interrupt, too, leaves nothing behind
        service.queue.abandon()
        raise
    service.close()
    then()


def _find(service: Service, folder: Path, loop: str) -> LearningLoop:
    if loop not in service.loops:
        raise DataUnusable(f"{folder} holds no loop {loop!r}")
    return service.loops[loop].loop


def _learn_all(reader: LogReader, loop: LearningLoop) -> None:
    try:
        for event in reader:
            _learn(reader, event, loop)
        loop.publish()
        _try_models(loop)
    except UNUSABLE as error:
        reason = " ".join(str(error).split())[:300]
        raise DataUnusable(
            f"no model can be made of this log, and nothing was imported: {reason}"
        ) from error


def _learn(reader: LogReader, event: Event, loop: LearningLoop) -> None:
    """Learn an event, or let it count as damaged."""
    try:
        decisions = list(split_slots(event)) if isinstance(event, LoggedMultiSlot) else [event]
        taken = [(_decision(one), _observed_values(one), _training(one)) for one in decisions]
    except (NotAnEvent, ValueError, RecursionError) as wrong:
        reader.refuse(str(wrong))
        return
    for decision, observations, training in taken:
        loop.import_event(decision, observations, training)


def _decision(event: LoggedDecision) -> Decision:
    """Return what was decided; versions of models are ours only if they are numbers."""
    if event.propensity and not _MIN_PROBABILITY <= event.propensity <= _MAX_PROBABILITY:
        raise NotAnEvent(f"p: expected 0, or {_MIN_PROBABILITY} to 1, got {event.propensity}")
    for text in (event.event_id, event.context, *(action.id for action in event.actions)):
        text.encode()  # half a character is nothing that can be kept
    for features in (event.context, *(action.features for action in event.actions)):
        check_features(features)
    id_ = event.model_id
    ours = id_.isascii() and id_.isdecimal() and len(id_) <= _MAX_VERSION_LENGTH
    return replace(as_decision(event), model=int(id_) if ours else 0)


def _training(event: LoggedDecision) -> TrainingReward:
    training = TrainingReward(event.reward, observed_reward(event))
    if max(abs(training.reward), abs(training.joined)) > _MAX_REWARD:
        raise NotAnEvent(f"_label_cost: expected at most {_MAX_REWARD:g}, got {event.cost:g}")
    return training


def _observed_values(event: LoggedDecision) -> list[float | None]:
    return [None if one.action_taken else one.value for one in event.observations]


def _try_models(loop: LearningLoop) -> None:
    """See that what was learned answers as it should, before it is kept."""
    arguments = with_exploration(loop.state.policy, loop.configuration.exploration)
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
