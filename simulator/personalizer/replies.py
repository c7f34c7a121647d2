"""What an endpoint's replies must hold: every part of them is checked before it is used."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from msgspec import Struct

from mock_service.exchange import BoundedReply
from simulator.model import OfferedAction, OfferedSlot, Recommendation
from simulator.personalizer.retrying_client import ReplyUnusable

_MAX_REPLY_SHOWN = 300
_MAX_ID_SHOWN = 60
_SUM_SLACK = 1e-3
"""The service writes probabilities in single precision, and others round them to some decimals."""
_MAX = 1.0 + 1e-6  # single precision may go a little over 1


class _RankedAction(Struct, gc=False):
    id: str
    probability: float


class _Ranking(Struct, rename="camel", gc=False):
    ranking: list[_RankedAction]
    reward_action_id: str
    event_id: str | None = None


class _FilledSlot(Struct, rename="camel", gc=False):
    id: str
    reward_action_id: str


class _Page(Struct, rename="camel", gc=False):
    slots: list[_FilledSlot]
    event_id: str | None = None


_Shape = TypeVar("_Shape", _Ranking, _Page)
_rankings, _pages = msgspec.json.Decoder(_Ranking), msgspec.json.Decoder(_Page)


class _Wrong(Exception):
    """What is wrong with a reply."""


def read_ranking(
    reply: BoundedReply, actions: tuple[OfferedAction, ...], event_id: str
) -> Recommendation:
    """Return a rank reply as a recommendation: the action to show first, then as ranked.

    Raises:
        ReplyUnusable: it is no ranking of each action once, with probabilities that sum to 1.
    """
    try:
        document = _decode(_rankings, reply.body, event_id)
        ranking = document.ranking
        probabilities = [line.probability for line in ranking]
        order = _indices([line.id for line in ranking], [action.id for action in actions])
        _check_probabilities(probabilities)
        front = _position([line.id for line in ranking], document.reward_action_id)
    except _Wrong as wrong:
        raise _unusable("no ranking of the actions it was sent", wrong, reply) from wrong
    if front:
        order.insert(0, order.pop(front))
        probabilities.insert(0, probabilities.pop(front))
    return Recommendation(tuple(order), tuple(probabilities))


def read_page(
    reply: BoundedReply,
    actions: tuple[OfferedAction, ...],
    slots: tuple[OfferedSlot, ...],
    event_id: str,
) -> tuple[int, ...]:
    """Return a multi-slot reply as the index of an action for each slot.

    Raises:
        ReplyUnusable: it does not fill each slot once, with an action of its own that may go there.
    """
    try:
        filled = _decode(_pages, reply.body, event_id).slots
        _indices([line.id for line in filled], [slot.id for slot in slots])
        shown = {line.id: line.reward_action_id for line in filled}
        _check_page(shown, slots)
        ids = [action.id for action in actions]
        return tuple([_position(ids, shown[slot.id]) for slot in slots])
    except _Wrong as wrong:
        raise _unusable("no filling of the slots it was sent", wrong, reply) from wrong


def _decode(decoder: msgspec.json.Decoder[_Shape], body: bytes, event_id: str) -> _Shape:
    try:
        document = decoder.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _Wrong(str(error)) from error
    if document.event_id is not None and document.event_id != event_id:
        raise _Wrong(f"expected eventId {event_id!r}, got {_shorten(document.event_id)}")
    return document


def _indices(got: Sequence[str], sent: Sequence[str]) -> list[int]:
    """Return the position among `sent` of each id that came: all of them, and each once."""
    position_of = {id_: position for position, id_ in enumerate(sent)}
    indices = []
    for id_ in got:
        if id_ not in position_of:
            what = "comes twice" if id_ in sent else "was not sent"
            raise _Wrong(f"{_shorten(id_)} {what}")
        indices.append(position_of.pop(id_))
    if position_of:
        raise _Wrong(f"{_shorten(next(iter(position_of)))} is missing")
    return indices


def _check_page(shown: dict[str, str], slots: tuple[OfferedSlot, ...]) -> None:
    if len(set(shown.values())) < len(shown):
        raise _Wrong("expected another action in every slot")
    for slot in slots:
        if shown[slot.id] in slot.excluded:
            raise _Wrong(f"{_shorten(shown[slot.id])} is excluded from slot {_shorten(slot.id)}")


def _check_probabilities(probabilities: list[float]) -> None:
    if not 0 <= min(probabilities) <= max(probabilities) <= _MAX:
        wrong = next(probability for probability in probabilities if not 0 <= probability <= _MAX)
        raise _Wrong(f"expected probabilities in [0, 1], got {wrong:g}")
    if abs(sum(probabilities) - 1) > _SUM_SLACK:
        raise _Wrong(f"expected probabilities that sum to 1, got {sum(probabilities):g}")


def _position(ids: list[str], chosen: str) -> int:
    try:
        return ids.index(chosen)
    except ValueError:
        raise _Wrong(f"rewardActionId {_shorten(chosen)} was not sent") from None


def _unusable(what: str, wrong: _Wrong, reply: BoundedReply) -> ReplyUnusable:
    text = reply.excerpt(_MAX_REPLY_SHOWN)
    return ReplyUnusable(f"{reply.url} answered with something that is {what} ({wrong}): {text}")


def _shorten(id_: str) -> str:
    return repr(id_ if len(id_) <= _MAX_ID_SHOWN else f"{id_[:_MAX_ID_SHOWN]}...")
