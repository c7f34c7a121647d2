"""Any Personalizer endpoint, over HTTP."""

import json
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import quote

from simulator.errors import EndpointProblem, OptionsInvalid
from simulator.model import (
    SLOT_SEPARATOR,
    FilledPage,
    OfferedAction,
    OfferedSlot,
    Recommendation,
    Visit,
)
from simulator.personalizer.replies import read_page, read_ranking
from simulator.personalizer.retrying_client import (
    ReplyUnusable,
    RequestLost,
    RequestStats,
    RetryingClient,
    RetryPolicy,
    UnusableReplies,
)

_UNUSABLE_IN_A_ROW = 20
"""How many replies in a row that are no ranking come from no Personalizer."""
_SLOTS_VERSION = "v1.1-preview.3"


class HttpPersonalizer:
    """A client of REST v1.0, and of a preview for pages, on one kept-alive connection."""

    def __init__(self, endpoint: str, key: str, patience: RetryPolicy | None = None) -> None:
        """Prepare to call `endpoint`, the address before ``/personalizer``.

        Raises:
            OptionsInvalid: the endpoint is no http or https address.
        """
        if not endpoint.startswith(("http://", "https://")):
            raise OptionsInvalid(
                f"--endpoint: expected an address like http://127.0.0.1:5000, got {endpoint!r}"
            )
        self.endpoint = endpoint.rstrip("/")
        self._sender = RetryingClient(endpoint.rstrip("/"), key, patience or RetryPolicy())
        self._actions: tuple[OfferedAction, ...] = ()
        self._actions_text = ""
        self._events = _UnusableEvents()

    def rank(self, visit: Visit, event_id: str) -> Recommendation:
        """Rank the visit's actions for its context.

        Where the reply is no ranking, the first action is shown, as an application would, and
        nothing is rewarded.
        """
        body = self._rank_body(visit, event_id)
        try:
            reply = self._sender.post("/rank", body, HTTPStatus.CREATED)
            answer = read_ranking(reply, visit.actions, event_id)
        except ReplyUnusable as problem:
            self._events.add(event_id, problem)
            others = (0.0,) * (len(visit.actions) - 1)
            return Recommendation(tuple(range(len(visit.actions))), (1.0, *others))
        self._events.add_usable()
        return answer

    def reward(self, event_id: str, value: float, _timestamp: timedelta) -> None:
        """Report the reward of an event, or of a slot of one, now: their clock is not ours to move.

        One that cannot be delivered is lost, as it would be for an application.
        """
        page, separator, slot = event_id.rpartition(SLOT_SEPARATOR)
        if (page if separator else event_id) in self._events.event_ids:
            return
        if separator:
            body = json.dumps({"reward": [{"slotId": slot, "value": value}]})
            self._tell(f"/multislot/events/{quote(page, safe='')}/reward", body, _SLOTS_VERSION)
        else:
            path = f"/events/{quote(event_id, safe='')}/reward"
            self._tell(path, json.dumps({"value": value}), "v1.0")

    def fill(
        self, visit: Visit, slots: tuple[OfferedSlot, ...], event_id: str, *, deferred: bool
    ) -> FilledPage:
        """Fill the slots of the visit's page; with their baselines, where the reply fills none."""
        body = self._page_body(visit, slots, event_id, deferred=deferred)
        try:
            reply = self._sender.post("/multislot/rank", body, HTTPStatus.CREATED, _SLOTS_VERSION)
            answer = read_page(reply, visit.actions, slots, event_id)
        except ReplyUnusable as problem:
            self._events.add(event_id, problem)
            ids = [action.id for action in visit.actions]
            answer = tuple([ids.index(slot.baseline) for slot in slots])
        else:
            self._events.add_usable()
        return FilledPage(answer, (-1,) * len(slots))

    def activate(self, event_id: str, _timestamp: timedelta) -> None:
        """Report now that a deferred page was shown."""
        if event_id in self._events.event_ids:
            return
        self._tell(f"/multislot/events/{quote(event_id, safe='')}/activate", "", _SLOTS_VERSION)

    def account(self) -> RequestStats:
        """Return what became of all requests so far."""
        return self._sender.account()

    def unusable_replies(self) -> UnusableReplies | None:
        """Return how many ranks were answered with something else, if any were."""
        return self._events.account()

    def close(self) -> None:
        """Close the connection."""
        self._sender.close()

    def _tell(self, path: str, body: str, version: str) -> None:
        with suppress(RequestLost, ReplyUnusable):
            self._sender.post(path, body, HTTPStatus.NO_CONTENT, version)

    def _page_body(
        self, visit: Visit, slots: tuple[OfferedSlot, ...], event_id: str, *, deferred: bool
    ) -> str:
        indices = [
            f'{{"id":{json.dumps(slot.id)},"features":{slot.features},'
            f'"baselineAction":{json.dumps(slot.baseline)},'
            f'"excludedActions":{json.dumps(slot.excluded)}}}'
            for slot in slots
        ]
        rank = self._rank_body(visit, event_id)[:-1]
        return f'{rank},"slots":[{",".join(indices)}],"deferActivation":{json.dumps(deferred)}}}'

    def _rank_body(self, visit: Visit, event_id: str) -> str:
        if visit.actions is not self._actions:
            self._actions = visit.actions
            parts = [f'{{"id":{json.dumps(a.id)},"features":{a.features}}}' for a in visit.actions]
            self._actions_text = ",".join(parts)
        return (
            f'{{"contextFeatures":{visit.context},"actions":[{self._actions_text}],'
            f'"eventId":{json.dumps(event_id)}}}'
        )


class _UnusableEvents:
    """The events whose rank reply could not be used: nothing more is said about them."""

    def __init__(self) -> None:
        self.event_ids: set[str] = set()
        self._ranks = self._count = 0
        self._first = ""
        self._in_a_row = _UNUSABLE_IN_A_ROW - 1  # the first reply of all has to be one

    def add(self, event_id: str, problem: ReplyUnusable) -> None:
        """Count a reply.

        Raises:
            EndpointProblem: it is the very first, or one too many in a row.
        """
        self._ranks += 1
        self._count += 1
        self._first = self._first or str(problem)
        self.event_ids.add(event_id)
        self._in_a_row += 1
        if self._in_a_row >= _UNUSABLE_IN_A_ROW:
            raise EndpointProblem(str(problem)) from problem

    def add_usable(self) -> None:
        """Note that a reply was as it should be."""
        self._ranks += 1
        self._in_a_row = 0

    def account(self) -> UnusableReplies | None:
        """Return how many replies were unusable, if any were."""
        return UnusableReplies(self._count, self._ranks, self._first) if self._count else None
