"""Any Personalizer endpoint, over HTTP."""

import json
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import quote

import httpx2

from simulator.errors import EndpointProblem, OptionsInvalid
from simulator.personalizer.sending import Patience, RequestAccount, RequestLost, Sender
from simulator.vocabulary import SLOT_SEPARATOR, Action, Recommendation, Slot, Visit

_LONGEST_REPLY_SHOWN = 300
_SLOTS_VERSION = "v1.1-preview.3"


class HttpPersonalizer:
    """A client of REST v1.0, and of a preview for pages, on one kept-alive connection."""

    def __init__(self, endpoint: str, key: str, patience: Patience | None = None) -> None:
        """Prepare to call `endpoint`, the address before ``/personalizer``.

        Raises:
            OptionsInvalid: the endpoint is no http or https address.
        """
        if not endpoint.startswith(("http://", "https://")):
            raise OptionsInvalid(
                f"--endpoint: expected an address like http://127.0.0.1:5000, got {endpoint!r}"
            )
        self._sender = Sender(endpoint.rstrip("/"), key, patience or Patience())
        self._actions: tuple[Action, ...] = ()
        self._actions_text = ""

    def rank(self, visit: Visit, event_id: str) -> Recommendation:
        """Rank the visit's actions for its context."""
        reply = self._sender.post("/rank", self._rank_body(visit, event_id), HTTPStatus.CREATED)
        return _recommendation(visit.actions, reply)

    def reward(self, event_id: str, value: float, _moment: timedelta) -> None:
        """Report the reward of an event, or of a slot of one, now: their clock is not ours to move.

        One that cannot be delivered is lost, as it would be for an application.
        """
        page, separator, slot = event_id.rpartition(SLOT_SEPARATOR)
        if separator:
            body = json.dumps({"reward": [{"slotId": slot, "value": value}]})
            self._tell(f"/multislot/events/{quote(page, safe='')}/reward", body, _SLOTS_VERSION)
        else:
            path = f"/events/{quote(event_id, safe='')}/reward"
            self._tell(path, json.dumps({"value": value}), "v1.0")

    def fill(
        self, visit: Visit, slots: tuple[Slot, ...], event_id: str, *, deferred: bool
    ) -> tuple[int, ...]:
        """Fill the slots of the visit's page."""
        body = self._page_body(visit, slots, event_id, deferred=deferred)
        reply = self._sender.post("/multislot/rank", body, HTTPStatus.CREATED, _SLOTS_VERSION)
        return _filling(visit.actions, slots, reply)

    def activate(self, event_id: str, _moment: timedelta) -> None:
        """Report now that a deferred page was shown."""
        self._tell(f"/multislot/events/{quote(event_id, safe='')}/activate", "", _SLOTS_VERSION)

    def account(self) -> RequestAccount:
        """Return what became of all requests so far."""
        return self._sender.account()

    def close(self) -> None:
        """Close the connection."""
        self._sender.close()

    def _tell(self, path: str, body: str, version: str) -> None:
        with suppress(RequestLost):
            self._sender.post(path, body, HTTPStatus.NO_CONTENT, version)

    def _page_body(
        self, visit: Visit, slots: tuple[Slot, ...], event_id: str, *, deferred: bool
    ) -> str:
        places = [
            f'{{"id":{json.dumps(slot.id)},"features":{slot.features},'
            f'"baselineAction":{json.dumps(slot.baseline)},'
            f'"excludedActions":{json.dumps(slot.excluded)}}}'
            for slot in slots
        ]
        rank = self._rank_body(visit, event_id)[:-1]
        return f'{rank},"slots":[{",".join(places)}],"deferActivation":{json.dumps(deferred)}}}'

    def _rank_body(self, visit: Visit, event_id: str) -> str:
        if visit.actions is not self._actions:
            self._actions = visit.actions
            parts = [f'{{"id":{json.dumps(a.id)},"features":{a.features}}}' for a in visit.actions]
            self._actions_text = ",".join(parts)
        return (
            f'{{"contextFeatures":{visit.context},"actions":[{self._actions_text}],'
            f'"eventId":{json.dumps(event_id)}}}'
        )


def _recommendation(actions: tuple[Action, ...], reply: httpx2.Response) -> Recommendation:
    """Return the reply as ours: the action to show first, then the others as they are ranked."""
    try:
        document = reply.json()
        index_of = {action.id: index for index, action in enumerate(actions)}
        ranked = [
            (index_of[line["id"]], float(line["probability"])) for line in document["ranking"]
        ]
        chosen = index_of[document["rewardActionId"]]
    except (ValueError, KeyError, TypeError) as error:
        raise _strange(reply, "no ranking of the actions it was sent") from error
    ranked.sort(key=lambda line: line[0] != chosen)
    return Recommendation(tuple(i for i, _ in ranked), tuple(chance for _, chance in ranked))


def _filling(
    actions: tuple[Action, ...], slots: tuple[Slot, ...], reply: httpx2.Response
) -> tuple[int, ...]:
    """Return the reply as ours: the index of an action for each slot."""
    try:
        index_of = {action.id: index for index, action in enumerate(actions)}
        shown = {line["id"]: index_of[line["rewardActionId"]] for line in reply.json()["slots"]}
        return tuple([shown[slot.id] for slot in slots])
    except (ValueError, KeyError, TypeError) as error:
        raise _strange(reply, "no filling of the slots it was sent") from error


def _strange(reply: httpx2.Response, what: str) -> EndpointProblem:
    return EndpointProblem(
        f"{reply.url} answered with something that is {what}: {reply.text[:_LONGEST_REPLY_SHOWN]}"
    )
