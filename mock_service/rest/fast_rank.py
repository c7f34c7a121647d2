"""Rank bodies as nearly all are, read in a third of the time; the others are read with more care.

Whatever this makes of a body, `parse_body` and `rank_request` would make of it too. A body that it
cannot vouch for is theirs, and so is every complaint.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Annotated

import msgspec
from pydantic_core import from_json, to_json

from mock_service.errors import ApiError
from mock_service.loop.decision import Action, RankRequest
from mock_service.rest.ids import is_printable
from mock_service.rest.schemas import MAX_ID_LENGTH, RankableAction
from mock_service.rest.validation import check_parsed, share_actions, to_action
from mock_service.short_cache import short_cache
from mock_service.wire import MAX_ACTIONS

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID_LENGTH)]
_MAX_CACHED_BYTES = 2**14
"""Of an action's features that are remembered: what is long is hardly ever repeated."""


_MAX_CACHED_CONTEXT = 2**11
_NULL = b"null"


class _ActionBody(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """An action whose features are left as they came."""

    id: _Id
    features: msgspec.Raw


class _RankBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, gc=False):
    """What a rank body holds; a name that is not among these may be one of them in another case."""

    actions: Annotated[list[_ActionBody], msgspec.Meta(min_length=1, max_length=MAX_ACTIONS)]
    context_features: msgspec.Raw = msgspec.Raw(_NULL)
    excluded_actions: list[str] | None = None
    event_id: _Id | None = None
    defer_activation: bool | None = None


_DECODER = msgspec.json.Decoder(_RankBody)


def read_rank(body: bytes, new_event_id: Callable[[], str]) -> RankRequest | None:
    """Return what a body asks, or None where it has to be read with more care."""
    try:
        found = _DECODER.decode(body)
        if found.event_id is not None and not is_printable(found.event_id):
            return None
        context = _read_context(bytes(found.context_features))
        actions = tuple([_read_action(one.id, bytes(one.features)) for one in found.actions])
    except (msgspec.DecodeError, ApiError, RecursionError, ValueError):
        return None
    return RankRequest(
        found.event_id or new_event_id(),
        context,
        share_actions(actions),
        frozenset(found.excluded_actions or ()),
        bool(found.defer_activation),
    )


@short_cache(1024, longest=2**11)
def _read_context(sent: bytes) -> str:
    """Return context features as text: those of few users, or of coarse ones, come again."""
    if sent == _NULL:
        return "[]"
    features = _read_list(sent)
    check_parsed(features)
    return to_json(features).decode()


def _read_list(features: bytes) -> list[object]:
    found = from_json(features)
    if not isinstance(found, list):
        raise ValueError("features that are no list")  # noqa: TRY004 (as what is no JSON)
    return found


def _read_action(id_: str, features: bytes) -> Action:
    read = _read_known if len(features) <= _MAX_CACHED_BYTES else _read_known.__wrapped__
    return read(id_, features)


@lru_cache(maxsize=1024)
def _read_known(id_: str, features: bytes) -> Action:
    """Return an action; most requests repeat those of an earlier one, to the byte."""
    return to_action(RankableAction.model_construct(id=id_, features=_read_list(features)))
