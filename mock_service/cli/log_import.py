"""Importing a log into a data folder: all of it in one step, or nothing."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from mock_service.build import build_service
from mock_service.dsjson.reader import LogReader
from mock_service.errors import DataUnusable
from mock_service.hosting.log_learning import learn_log
from mock_service.hosting.service import Service
from mock_service.loop.decision_history import DecisionHistory
from mock_service.loop.learning_loop import LearningLoop
from mock_service.settings import Settings
from mock_service.storage.database import FILE
from mock_service.storage.fresh_folder import folder_beside, move_into


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
    with folder_beside(folder) as fresh:
        return _import(reader, fresh, loop, lambda: move_into(folder, fresh / FILE))


def _import(reader: LogReader, folder: Path, loop: str, then: Callable[[], None]) -> str:
    service = build_service(Settings(data_folder=folder), history=DecisionHistory(0))
    try:
        service.queue.begin()
        target = _find(service, folder, loop)
        oldest = learn_log(reader, service, loop)
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
