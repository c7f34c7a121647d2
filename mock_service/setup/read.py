"""Reading a setup file: all of it is checked before anything begins."""

import hashlib
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mock_service.dsjson.files import log_lines
from mock_service.dsjson.reader import LogReader
from mock_service.emulator.api.training import TrainingExample
from mock_service.emulator.emulator import lesson_request
from mock_service.errors import ApiError, MockServiceError, SettingsInvalid
from mock_service.hosting.hosted_loop import check_loop_name
from mock_service.security.signing import unsigned_model
from mock_service.settings import LoopSettings, check_key
from mock_service.setup.configuration import parse_configuration
from mock_service.setup.plan import PlannedLoop, Setup
from mock_service.setup.tables import LoopTable, SetupFile
from mock_service.vowpal.presets import resolve_policy, with_exploration
from mock_service.vowpal.sandbox import try_model, validate_policy

_MAX_BYTES = 1 << 20
"""Of a setup file; models and logs are files of their own."""


def read_setup(file: Path, environment: Mapping[str, str] = os.environ) -> Setup:
    """Return what a setup file says.

    Raises:
        SettingsInvalid: it cannot be read, or says something that cannot be done; one line names
            the file, the key and the value.
    """
    tables = _parse(file, _load(file))
    loops = tuple(
        _Reading(file, name, table, environment).loop() for name, table in tables.loops.items()
    )
    return Setup(file, loops, tuple(tables.choices), _record(tables, loops))


def _load(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as content:
            text = content.read(_MAX_BYTES + 1)
    except OSError as error:
        raise SettingsInvalid(f"{file}: cannot be read: {error.strerror}") from error
    if len(text) > _MAX_BYTES:
        raise SettingsInvalid(f"{file}: expected at most {_MAX_BYTES:,} bytes")
    try:
        return tomllib.loads(text.decode())
    except ValueError as error:
        raise SettingsInvalid(f"{file}: expected TOML: {error}") from error


def _parse(file: Path, tables: dict[str, Any]) -> SetupFile:
    try:
        return SetupFile.model_validate(tables)
    except ValidationError as error:
        raise _describe_mistake(file, "", error) from error


def _describe_mistake(file: Path, before: str, error: ValidationError) -> SettingsInvalid:
    """Return the first mistake that was found in a table, in one line."""
    first = error.errors(include_url=False)[0]
    where = ".".join([*filter(None, [before]), *map(str, first["loc"])])
    if first["type"] == "missing":
        return SettingsInvalid(f"{file}: {where}: expected a value, got none")
    message = first["msg"][:1].lower() + first["msg"][1:]
    return SettingsInvalid(f"{file}: {where}: {message}, got {first['input']!r:.80}")


class _Reading:
    """One loop of a file, and where it stands there."""

    def __init__(
        self, file: Path, name: str, table: LoopTable, environment: Mapping[str, str]
    ) -> None:
        self._file, self._name, self._table = file, name, table
        self._environment = environment

    def loop(self) -> PlannedLoop:
        """Return how the loop begins."""
        table = self._table
        with self._blame("", self._name):
            check_loop_name(self._name)
        with self._blame("policy", table.policy):
            validate_policy(table.policy)
        settings = self._settings()
        return PlannedLoop(
            self._name,
            settings,
            self._key(),
            self._model(settings),
            self._log(),
            self._lessons(),
        )

    def _settings(self) -> LoopSettings:
        table = self._table
        settings = LoopSettings(mode=table.mode, policy=table.policy, seed=str(table.seed))
        arguments = resolve_policy(settings.policy_or_default)
        try:
            configuration = parse_configuration(table.configuration, arguments)
        except ValidationError as error:
            raise _describe_mistake(self._file, self._where("configuration"), error) from error
        except ApiError as error:
            key = f"configuration.{error.target}" if error.target else "configuration"
            value = table.configuration.get(error.target or "", table.configuration)
            raise self._mistake(key, error.message, value) from error
        return replace(
            settings,
            configuration=configuration,
            exploration_is_explicit="explorationPercentage" in table.configuration,
            reward_wait_time_is_explicit="rewardWaitTime" in table.configuration,
        )

    def _key(self) -> str:
        variable = self._table.key_variable
        if not variable:
            return ""
        key = self._environment.get(variable, "")
        if not key:
            raise self._mistake("key_variable", "expected a variable that holds a key", variable)
        with self._blame("key_variable", variable):
            return check_key(key, f"the variable {variable}")

    def _model(self, settings: LoopSettings) -> bytes:
        if not self._table.model:
            return b""
        policy = resolve_policy(settings.policy_or_default)
        with self._blame("model", self._table.model):
            model = unsigned_model(self._beside(self._table.model).read_bytes())
            try_model(with_exploration(policy, settings.configuration.exploration), model)
        return model

    def _log(self) -> Path | None:
        if not self._table.log:
            return None
        path = self._beside(self._table.log)
        with self._blame("log", self._table.log):
            reader = LogReader(log_lines(path))
            if not any(True for _ in reader):
                raise SettingsInvalid("expected a log with a decision or more")
        return path

    def _lessons(self) -> tuple[TrainingExample, ...]:
        for number, lesson in enumerate(self._table.lessons):
            action = lesson.action
            if isinstance(action, str):
                raise self._mistake(
                    f"lessons.{number}.action", "expected an action with its features", action
                )
            with self._blame(f"lessons.{number}", lesson.model_dump(by_alias=True)):
                lesson_request(lesson.context_features, action)
        return tuple(self._table.lessons)

    def _beside(self, path: str) -> Path:
        return self._file.parent / path

    def _where(self, key: str) -> str:
        return ".".join(filter(None, ("loops", self._name, key)))

    def _mistake(self, key: str, message: str, value: object) -> SettingsInvalid:
        text = message.rstrip(".")
        shown = "" if repr(value) in text else f", got {value!r:.80}"
        return SettingsInvalid(f"{self._file}: {self._where(key)}: {text}{shown}")

    @contextmanager
    def _blame(self, key: str, value: object) -> Iterator[None]:
        """Name the key and its value in what goes wrong."""
        try:
            yield
        except OSError as error:
            raise self._mistake(key, f"cannot be read: {error.strerror}", value) from error
        except MockServiceError as error:
            message = error.message if isinstance(error, ApiError) else str(error)
            raise self._mistake(key, " ".join(message.split()), value) from error


def _record(tables: SetupFile, loops: tuple[PlannedLoop, ...]) -> dict[str, Any]:
    """Return what was asked for as JSON; of a model and a log, what they hold and not where."""
    found = tables.model_dump(
        mode="json", by_alias=True, exclude={"loops": {"__all__": {"key_variable"}}}
    )
    for loop in loops:
        kept = found["loops"][loop.name]
        kept["model"] = hashlib.sha256(loop.model).hexdigest() if loop.model else ""
        kept["log"] = _digest(log_lines(loop.log)) if loop.log else ""
    return found


def _digest(lines: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line)
    return digest.hexdigest()
