"""A logged decision whose context and observations are read when they are asked for."""

from collections.abc import Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any, Protocol

from pydantic_core import from_json

from mock_service.dsjson.event import LoggedDecision, LoggedObservation
from mock_service.dsjson.parsing import parse_actions, parse_loose
from mock_service.loop.decision import Action
from mock_service.short_cache import short_cache

_put = object.__setattr__


class Heard(Protocol):
    """Something heard about an event, as it stands in a log."""

    event_id: str
    value: float | None
    action_taken: bool


class UnreadActions:
    """The actions of a line as they came, a JSON array of objects: how many, and the text."""

    __slots__ = ("content", "count")

    def __init__(self, content: bytes, count: int) -> None:
        self.content, self.count = content, count


class UnreadContext:
    """The context of a line as it came: its loose features, and its actions."""

    __slots__ = ("actions", "loose")

    def __init__(self, loose: bytes, actions: UnreadActions) -> None:
        self.loose, self.actions = loose, actions


class _ForgottenContext(UnreadContext):
    """How many actions there were, and nothing else."""

    __slots__ = ()


@lru_cache(maxsize=256)
def _forgotten_context(actions: int) -> _ForgottenContext:
    return _ForgottenContext(b"", UnreadActions(b"", actions))


class LazyDecision(LoggedDecision):
    """A logged decision that keeps what it was read from until that is asked for."""

    __slots__ = ("_actions", "_context", "_heard", "_observations", "_unread")

    _unread: UnreadContext | None
    _heard: Sequence[Heard] | None
    _actions: tuple[Action, ...] | None
    _context: str | None
    _observations: tuple[LoggedObservation, ...]

    @classmethod
    def make(
        cls,
        unread: UnreadContext,
        heard: Sequence[Heard],
        **known: Any,  # noqa: ANN401 (the fields of a decision)
    ) -> "LazyDecision":
        """Return a decision; `known` are its other fields, all of them."""
        made = object.__new__(cls)
        _put(made, "_unread", unread)
        _put(made, "_heard", heard)
        _put(made, "_context", None)
        _put(made, "_actions", None)
        for name, value in known.items():
            _put(made, name, value)
        return made

    @property
    def action_count(self) -> int:
        """How many actions there were to choose from."""
        return len(self.actions) if self._unread is None else self._unread.actions.count

    def with_changes(self, **changes: Any) -> LoggedDecision:  # noqa: ANN401 (its fields)
        """Return the decision with other values in some fields, as unread as it is."""
        if self._unread is None or self._heard is None or not _LAZY.isdisjoint(changes):
            return super().with_changes(**changes)
        known = {name: getattr(self, name) for name in _EAGER}
        return self.make(self._unread, self._heard, **(known | changes))

    @property
    def context(self) -> str:
        """The features of the context; a JSON array of objects, as text."""
        if self._context is None:
            loose = from_json(self._still_unread().loose, allow_inf_nan=False)
            _put(self, "context", parse_loose(loose))
        return self._context or ""

    @context.setter
    def context(self, value: str) -> None:
        _put(self, "_context", value)
        self._let_go("_actions")

    @property
    def actions(self) -> tuple[Action, ...]:
        """The actions to choose from."""
        if self._actions is None:
            _put(self, "actions", _read_actions(self._still_unread().actions.content))
        return self._actions or ()

    @actions.setter
    def actions(self, value: tuple[Action, ...]) -> None:
        _put(self, "_actions", value)
        self._let_go("_context")

    @property
    def observations(self) -> tuple[LoggedObservation, ...]:
        """What was heard about the event."""
        heard = self._heard
        if heard is not None:
            made = [LoggedObservation(one.event_id, one.value, one.action_taken) for one in heard]
            _put(self, "observations", tuple(made))
        return self._observations

    @observations.setter
    def observations(self, value: tuple[LoggedObservation, ...]) -> None:
        _put(self, "_observations", value)
        _put(self, "_heard", None)

    def forget(self) -> None:
        """Let go of the context and what was heard; to ask for the context is then an error."""
        _put(self, "_unread", _forgotten_context(self.action_count))
        _put(self, "_context", None)
        _put(self, "_actions", None)
        _put(self, "_heard", ())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LoggedDecision):
            return NotImplemented
        return _values(self) == _values(other)

    def __hash__(self) -> int:
        return hash(_values(self))

    def _still_unread(self) -> UnreadContext:
        unread = self._unread
        if unread is None or isinstance(unread, _ForgottenContext):
            raise LookupError("the context of this decision was not kept")
        return unread

    def _let_go(self, other: str) -> None:
        """Let go of what the line held if the `other` part of it was read, too."""
        if getattr(self, other, None) is not None:
            _put(self, "_unread", None)


_LAZY = frozenset({"actions", "context", "observations"})
_EAGER = tuple([field.name for field in fields(LoggedDecision) if field.name not in _LAZY])


def _values(event: LoggedDecision) -> tuple[object, ...]:
    return tuple([getattr(event, field.name) for field in fields(LoggedDecision)])


@short_cache(512)
def _read_actions(content: bytes) -> tuple[Action, ...]:
    """Return actions: most lines of a log offer those of an earlier one, to the byte."""
    return parse_actions(from_json(content, allow_inf_nan=False))
