"""Log lines as nearly all are: decoded with their context as it came, to be read when asked for.

Whatever this makes of a line, `parsing` would make of it too. A line that it cannot vouch for is
left to the tolerant reader, so that every count and every complaint stays what it is.
"""

import re
from typing import Annotated

import msgspec
import numpy as np

from mock_service.dsjson.event import UNTRAINED_MODEL, NotAnEvent
from mock_service.dsjson.fields import LARGEST, LARGEST_COST, learning_mode, timestamp
from mock_service.dsjson.lazy_decision import LazyDecision, UnreadActions, UnreadContext
from mock_service.loop.slots import SEPARATOR
from mock_service.short_cache import short_cache

_Cost = Annotated[float, msgspec.Meta(ge=-LARGEST_COST, le=LARGEST_COST)]
_Value = Annotated[float, msgspec.Meta(ge=-LARGEST, le=LARGEST)]
_Probability = Annotated[float, msgspec.Meta(ge=0, le=1)]
_Place = Annotated[int, msgspec.Meta(ge=1, le=2**31)]
_MAX_DEPTH = 150
"""How deep a line may nest to be read here; deeper ones are where parsers begin to differ."""
_LONG = 4_000
_LONG_NUMBER = re.compile(rb"\d{4000}")
"""Numbers without end are no texts, and Python makes none of them."""


class _Heard(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    event_id: str = msgspec.field(name="EventId", default="")
    value: _Value | None = msgspec.field(name="v", default=None)
    action_taken: bool = msgspec.field(name="ActionTaken", default=False)


class _Context(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    actions: msgspec.Raw = msgspec.field(name="_multi")
    loose: msgspec.Raw = msgspec.field(name="FromUrl", default=msgspec.Raw(b"[]"))


class _State(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    model: str = msgspec.field(name="m", default=UNTRAINED_MODEL)


class _Line(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A line's fields, in the service's order; what repeats is left as it came."""

    cost: _Cost = msgspec.field(name="_label_cost")
    action: _Place = msgspec.field(name="_label_Action")
    event_id: str = msgspec.field(name="EventId")
    order: msgspec.Raw = msgspec.field(name="a")
    context: _Context = msgspec.field(name="c")
    probabilities: msgspec.Raw = msgspec.field(name="p")
    probability: _Probability | msgspec.UnsetType = msgspec.field(
        name="_label_probability", default=msgspec.UNSET
    )
    index: int | None = msgspec.field(name="_labelIndex", default=None)
    skip_learn: bool = msgspec.field(name="_skipLearn", default=False)
    heard: list[_Heard] = msgspec.field(name="o", default_factory=list)
    at: str | None = msgspec.field(name="Timestamp", default=None)
    version: str = msgspec.field(name="Version", default="1")
    state: _State = msgspec.field(name="VWState", default_factory=_State)
    dropped: Annotated[float, msgspec.Meta(ge=0, lt=1)] = msgspec.field(name="pdrop", default=0.0)
    original_cost: _Cost | None = msgspec.field(name="_original_label_cost", default=None)
    mode: str | None = msgspec.field(name="_learningMode", default=None)


_DECODER = msgspec.json.Decoder(_Line)
_PLACES = msgspec.json.Decoder(Annotated[list[_Place], msgspec.Meta(min_length=1)])
_PROBABILITIES = msgspec.json.Decoder(list[_Probability])
_ACTIONS = msgspec.json.Decoder(Annotated[list[msgspec.Raw], msgspec.Meta(min_length=1)])


def read_fast(line: str | bytes) -> LazyDecision | None:
    """Return the event of a single-slot line, or None where the line wants more care."""
    content = line.encode("utf-8", "surrogatepass") if isinstance(line, str) else line
    try:
        found = _DECODER.decode(content)
        at = timestamp(found.at)
        order = _read_order(bytes(found.order))
        probabilities = _read_probabilities(bytes(found.probabilities))
        actions = _read_actions(bytes(found.context.actions))
    except (msgspec.DecodeError, NotAnEvent, RecursionError, UnicodeError):
        return None
    label = found.action - 1 if found.index is None else found.index
    is_ranking = order[0] == label and len(order) == len(probabilities)
    if not (is_ranking and max(order) < actions.count and _is_plain(content, found)):
        return None
    return LazyDecision.make(
        event_id=found.event_id,
        at=at,
        unread=UnreadContext(bytes(found.context.loose), actions),
        heard=found.heard,
        skip_learn=found.skip_learn,
        model_id=found.state.model,
        drop_probability=found.dropped,
        version=found.version,
        order=order,
        probabilities=probabilities,
        cost=found.cost,
        propensity=probabilities[0] if found.probability is msgspec.UNSET else found.probability,
        original_cost=found.original_cost,
        learning_mode=learning_mode(found.mode),
    )


@short_cache(4096)
def _read_order(content: bytes) -> tuple[int, ...]:
    """Return the places of ranked actions, counted from 0: most lines repeat those of others.

    Raises:
        msgspec.DecodeError: they are none, or one is there twice.
    """
    order = tuple([place - 1 for place in _PLACES.decode(content)])
    if len(set(order)) < len(order):
        raise msgspec.DecodeError("expected every place once")
    return order


@short_cache(4096)
def _read_probabilities(content: bytes) -> tuple[float, ...]:
    """Return the probabilities in a text; the same object for the same text."""
    return tuple(_PROBABILITIES.decode(content))


@short_cache(512)
def _read_actions(content: bytes) -> UnreadActions:
    """Return actions as they came: most lines offer those of an earlier one, to the byte.

    Raises:
        msgspec.DecodeError: one of them is no object.
    """
    actions = _ACTIONS.decode(content)
    if any(bytes(action)[:1] != b"{" for action in actions):
        raise msgspec.DecodeError("expected objects")
    return UnreadActions(content, len(actions))


def _is_plain(content: bytes, found: _Line) -> bool:
    """Return whether a line holds nothing on which parsers differ, which msgspec leaves unread."""
    if not content.isascii():
        try:
            content.decode()
        except UnicodeDecodeError:
            return False
    brackets = content.count(b"{") + content.count(b"[")
    return (
        SEPARATOR not in found.event_id
        and (brackets < _MAX_DEPTH or _find_depth(content) < _MAX_DEPTH)
        and (len(content) < _LONG or _LONG_NUMBER.search(content) is None)
    )


def _find_depth(content: bytes) -> int:
    """Return how deep a line nests at most; brackets in texts count too."""
    found = np.frombuffer(content, np.uint8)
    opened = (found == ord("{")) | (found == ord("["))
    closed = (found == ord("}")) | (found == ord("]"))
    return int(np.cumsum(opened.astype(np.int32) - closed.astype(np.int32)).max())
