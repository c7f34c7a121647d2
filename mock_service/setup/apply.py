"""Letting a server begin as its setup file says: once, in one step, and the same at every start."""

import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

from mock_service.build import build_emulator
from mock_service.dsjson.files import log_lines
from mock_service.dsjson.reader import LineKind, LogReader
from mock_service.emulator.emulator import Emulator
from mock_service.errors import SettingsInvalid
from mock_service.hosting.log_learning import learn_log
from mock_service.hosting.service import Service
from mock_service.loop.ids import new_uid
from mock_service.security.private_files import make_private_folder, open_private
from mock_service.settings import DEFAULT_LOOP, Settings
from mock_service.setup.plan import PlannedLoop, Setup
from mock_service.storage.database import FILE
from mock_service.storage.fresh_folder import folder_beside, move_into

RECORD = "setup.json"
"""In a data folder: what its loops began as."""
_LOG = logging.getLogger("personalizer_lab")


def build_prepared(settings: Settings, setup: Setup) -> Emulator:
    """Return what `settings` describe, begun as `setup` says.

    A data folder without loops is set up beside itself and then put in its place, so that it is
    set up as a whole or not at all. One that was set up already goes on as it is.

    Raises:
        SettingsInvalid: the folder was set up otherwise, or not by a file.
        DataUnusable: the folder cannot be used, or no model can be made of a log.
    """
    settings = setup.choose(settings)
    folder = settings.data_folder
    if folder is None:
        emulator = build_emulator(settings)
        apply_setup(setup, emulator)
        return emulator
    is_new = not (folder / FILE).is_file()
    if is_new:
        _fill(folder, settings, setup)
    else:
        _compare(folder, setup)
    emulator = build_emulator(settings)
    for planned in setup.loops:
        _change_key(emulator.service, planned)
    if is_new:
        emulator.script.add(*setup.choices)
    return emulator


def apply_setup(setup: Setup, emulator: Emulator) -> None:
    """Give the loops of a server that begins, or begins anew, what the file says.

    The default loop has its settings already.

    Raises:
        DataUnusable: no model can be made of a log.
    """
    service = emulator.service
    for planned in setup.loops:
        if planned.name not in service.loops:
            keys = planned.key or new_uid(service.ids), new_uid(service.ids)
            service.loops.create(planned.name, planned.settings, keys)
        elif planned.name != DEFAULT_LOOP:
            service.loops.reset(planned.settings, planned.name)
        _change_key(service, planned)
        _teach(planned, emulator)
    if setup.choices:
        emulator.script.add(*setup.choices)
    service.flush()


def _change_key(service: Service, planned: PlannedLoop) -> None:
    first, second = service.loops[planned.name].keys
    if planned.key not in {"", first}:
        service.loops.change_keys(planned.name, (planned.key, second))


def _teach(planned: PlannedLoop, emulator: Emulator) -> None:
    service = emulator.service
    if planned.model:
        service.loops[planned.name].loop.import_model(planned.model)
    if planned.log is not None:
        reader = LogReader(log_lines(planned.log))
        learn_log(reader, service, planned.name)
        if damaged := reader.counts[LineKind.DAMAGED]:
            number, complaint = reader.complaints[0]
            _LOG.warning(
                "personalizer-lab: %s: %d damaged lines were passed over, the first is line %d: %s",
                planned.log,
                damaged,
                number,
                complaint,
            )
    for lesson in planned.lessons:
        emulator.teach(
            lesson.context_features, lesson.action, lesson.reward, lesson.times, loop=planned.name
        )


def _fill(folder: Path, settings: Settings, setup: Setup) -> None:
    """Set a folder up beside itself; what was asked for is there before anything else is."""
    with folder_beside(folder) as fresh:
        emulator = build_emulator(replace(settings, data_folder=fresh))
        try:
            apply_setup(setup, emulator)
        finally:
            emulator.service.close()
        make_private_folder(folder)
        with open(folder / RECORD, "w", encoding="utf-8", opener=open_private) as file:
            json.dump(setup.record, file)
        move_into(folder, fresh / FILE)


def _compare(folder: Path, setup: Setup) -> None:
    try:
        kept = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsInvalid(
            f"{setup.file}: {folder} holds loops that no setup file made: choose another "
            "--data-dir, or leave --setup out"
        ) from error
    for key, then, now in _differences("", kept, setup.record):
        raise SettingsInvalid(
            f"{setup.file}: {key}: {folder} was set up with {then!r:.80}, got {now!r:.80}: change "
            "it back, or choose another --data-dir"
        )


def _differences(key: str, then: Any, now: Any) -> list[tuple[str, Any, Any]]:  # noqa: ANN401 (JSON)
    """Return where two values of JSON differ, the first place first."""
    if isinstance(then, dict) and isinstance(now, dict):
        names = dict.fromkeys([*then, *now])
        return [
            found
            for name in names
            for found in _differences(f"{key}.{name}".lstrip("."), then.get(name), now.get(name))
        ]
    return [] if then == now else [(key, then, now)]
