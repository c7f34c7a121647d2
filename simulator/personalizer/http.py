"""Any Personalizer endpoint, over HTTP."""

import json
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import quote

import httpx2

from simulator.errors import EndpointProblem, OptionsInvalid
from simulator.vocabulary import Action, Recommendation, Visit

_TIMEOUT_SECONDS = 30
_LONGEST_REPLY_SHOWN = 300


class HttpPersonalizer:
    """A client of REST v1.0 on one kept-alive connection."""

    def __init__(self, endpoint: str, key: str) -> None:
        """Prepare to call `endpoint`, the address before ``/personalizer``.

        Raises:
            OptionsInvalid: the endpoint is no http or https address.
        """
        if not endpoint.startswith(("http://", "https://")):
            raise OptionsInvalid(
                f"--endpoint: expected an address like http://127.0.0.1:5000, got {endpoint!r}"
            )
        self._endpoint = endpoint.rstrip("/")
        self._client = httpx2.Client(
            headers={"Ocp-Apim-Subscription-Key": key, "Content-Type": "application/json"},
            timeout=_TIMEOUT_SECONDS,
        )
        self._actions: tuple[Action, ...] = ()
        self._actions_text = ""

    def rank(self, visit: Visit, event_id: str) -> Recommendation:
        """Rank the visit's actions for its context."""
        reply = self._post("/rank", self._rank_body(visit, event_id), HTTPStatus.CREATED)
        return _recommendation(visit.actions, reply)

    def reward(self, event_id: str, value: float, _moment: timedelta) -> None:
        """Report the reward of an event now, for the endpoint's clock is not ours to move."""
        path = f"/events/{quote(event_id, safe='')}/reward"
        self._post(path, json.dumps({"value": value}), HTTPStatus.NO_CONTENT)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _rank_body(self, visit: Visit, event_id: str) -> str:
        if visit.actions is not self._actions:
            self._actions = visit.actions
            parts = [f'{{"id":{json.dumps(a.id)},"features":{a.features}}}' for a in visit.actions]
            self._actions_text = ",".join(parts)
        return (
            f'{{"contextFeatures":{visit.context},"actions":[{self._actions_text}],'
            f'"eventId":{json.dumps(event_id)}}}'
        )

    def _post(self, path: str, body: str, expected: HTTPStatus) -> httpx2.Response:
        url = f"{self._endpoint}/personalizer/v1.0{path}"
        try:
            reply = self._client.post(url, content=body)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise EndpointProblem(
                f"cannot reach {self._endpoint}: {error}; "
                "is `personalizer-lab serve` running there?"
            ) from error
        if reply.status_code != expected:
            text = " ".join(reply.text.split())[:_LONGEST_REPLY_SHOWN]
            raise EndpointProblem(
                f"{url} answered {reply.status_code}, expected {expected.value}: {text}"
            )
        return reply


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
