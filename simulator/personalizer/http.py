"""Any Personalizer endpoint, over HTTP."""

import json
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import quote

import httpx2

from simulator.errors import EndpointProblem, OptionsInvalid
from simulator.personalizer.sending import Patience, RequestAccount, RequestLost, Sender
from simulator.vocabulary import Action, Recommendation, Visit

_LONGEST_REPLY_SHOWN = 300


class HttpPersonalizer:
    """A client of REST v1.0 on one kept-alive connection."""

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
        """Report the reward of an event now, for the endpoint's clock is not ours to move.

        One that cannot be delivered is lost, as it would be for an application.
        """
        path = f"/events/{quote(event_id, safe='')}/reward"
        with suppress(RequestLost):
            self._sender.post(path, json.dumps({"value": value}), HTTPStatus.NO_CONTENT)

    def account(self) -> RequestAccount:
        """Return what became of all requests so far."""
        return self._sender.account()

    def close(self) -> None:
        """Close the connection."""
        self._sender.close()

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
        raise EndpointProblem(
            f"{reply.url} answered with something that is no ranking of the actions it was sent: "
            f"{reply.text[:_LONGEST_REPLY_SHOWN]}"
        ) from error
    ranked.sort(key=lambda line: line[0] != chosen)
    return Recommendation(tuple(i for i, _ in ranked), tuple(chance for _, chance in ranked))
