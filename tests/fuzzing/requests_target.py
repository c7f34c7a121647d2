"""Requests: bodies, paths and queries of every operation, and of the control plane."""

import json
from typing import Any
from urllib.parse import quote

from numpy.random import Generator

from tests.fuzzing.mutations import NUMBERS, TEXTS, mutate_bytes, mutate_json, to_json
from tests.fuzzing.server import ServerTarget
from tests.helpers.servers import ARTICLES

_OLD, _NEW, _QUERY = (
    "/personalizer/v1.1-preview.3",
    "/personalizer",
    "?api-version=2022-09-01-preview",
)
_SERVICE: dict[str, Any] = {
    "rewardWaitTime": "PT10M",
    "defaultReward": 0.0,
    "rewardAggregation": "earliest",
    "explorationPercentage": 0.2,
    "modelExportFrequency": "PT5M",
    "logRetentionDays": 90,
    "logMirrorEnabled": False,
    "logMirrorSasUri": "https://a.blob.core.windows.net/b?sp=rw&sig=c",
    "learningMode": "Online",
    "isAutoOptimizationEnabled": False,
    "autoOptimizationFrequency": "P28D",
    "autoOptimizationStartDate": "2026-01-01T00:00:00Z",
    "modelRetrainDays": 2,
}
_CONTEXT = [{"user": "a", "hour": 3}, {"device": {"mobile": True}}]
_RANK = {
    "contextFeatures": _CONTEXT,
    "actions": ARTICLES,
    "excludedActions": ["politics"],
    "eventId": "e",
    "deferActivation": False,
}
_SLOTS = {
    "contextFeatures": _CONTEXT,
    "actions": ARTICLES,
    "slots": [
        {
            "id": "top",
            "baselineAction": "politics",
            "features": [{"size": 3}],
            "excludedActions": [],
        },
        {"id": "side", "baselineAction": "music"},
    ],
    "eventId": "m",
    "deferActivation": False,
}
_EVALUATION = {
    "name": "which?",
    "startTime": "2020-01-01T00:00:00Z",
    "endTime": "2090-01-01T00:00:00Z",
    "policies": [{"name": "mine", "arguments": "--cb_explore_adf --epsilon 0.2"}],
    "enableOfflineExperimentation": False,
}
_APPLIED = {"evaluationId": "ID", "policyName": "x"}
_POLICY = {"name": "p", "arguments": "--cb_explore_adf --epsilon 0.2 --cb_type mtr -q ::"}
_RESET = {"mode": "quick", "policy": "quick", "seed": "1", "explorationPercentage": 0.2}
_LESSON = {"contextFeatures": _CONTEXT, "action": ARTICLES[0], "reward": 1.0, "times": 2}
_FAULT = {
    "operation": "status", "status": 429, "code": "c", "message": "m", "retryAfter": 1,
    "latency": {"distribution": "lognormal", "median": 0.001, "sigma": 0.1}, "times": 1,
    "probability": 0.0, "seed": 0,
}  # fmt: skip
REQUESTS: tuple[tuple[str, str, object], ...] = (
    *[("POST", f"{_OLD}/rank", _RANK)] * 4,
    ("POST", f"{_NEW}/rank{_QUERY}", _RANK),
    *[("POST", f"{_OLD}/multislot/rank", _SLOTS)] * 2,
    ("POST", f"{_OLD}/events/ID/reward", {"value": 0.5}),
    ("POST", f"{_OLD}/events/ID/activate", None),
    ("POST", f"{_OLD}/multislot/events/ID/reward", {"reward": [{"slotId": "top", "value": 1.0}]}),
    ("POST", f"{_OLD}/multislot/events/ID/activate", None),
    ("PUT", f"{_OLD}/configurations/service", _SERVICE),
    ("PUT", f"{_NEW}/configurations/service{_QUERY}", _SERVICE),
    ("PUT", f"{_OLD}/configurations/policy", _POLICY),
    ("POST", f"{_OLD}/configurations/applyFromEvaluation", _APPLIED),
    ("POST", f"{_OLD}/evaluations", _EVALUATION),
    ("PUT", f"{_NEW}/evaluations/ID{_QUERY}", _EVALUATION),
    ("PUT", f"{_NEW}/featureImportances/ID{_QUERY}", _EVALUATION),
    ("GET", f"{_OLD}/evaluations/ID", None),
    ("GET", f"{_NEW}/evaluations{_QUERY}&maxpagesize=ID&top=ID&skip=ID&orderby=ID", None),
    ("PUT", f"{_OLD}/model", None),
    ("POST", f"{_OLD}/logs/interactions", None),
    ("POST", "/mock/lessons", _LESSON),
    ("POST", "/mock/faults", _FAULT),
    ("POST", "/mock/choices", {"actionIds": ["politics"]}),
    ("POST", "/mock/clock", {"advance": "PT10M"}),
    ("PUT", "/mock/seed", {"seed": "1"}),
    ("PUT", "/mock/throttling", {"calls": 1_000_000, "seconds": 1}),
    ("POST", "/mock/reset", _RESET),
    ("POST", "/mock/loops", {"name": "blue", "mode": "quick", "policy": "quick", "seed": "1"}),
    ("GET", "/mock/calls?operation=ID&last=ID&status=ID", None),
    ("GET", "/mock/decisions?eventId=ID&last=ID", None),
    ("GET", "/mock/loops/ID/keys", None),
    ("GET", f"{_OLD}/model?signed=ID", None),
    ("GET", "/mock/learning", None),
)  # fmt: skip
_TAKE_BACK = (("DELETE", "/mock/faults"), ("DELETE", "/mock/throttling"), ("DELETE", "/mock/calls"))
_EVALUATIONS_BETWEEN_RESETS = 40


class RequestsTarget(ServerTarget):
    """A server that gets requests of every kind."""

    options = ("--clock", "manual")
    restart_every = 400

    def attempt(self, rng: Generator) -> str:
        """Send one request."""
        self._begin_case()
        method, path, body = REQUESTS[int(rng.integers(len(REQUESTS)))]
        path = path.replace("ID", _pick_id(rng))
        sent = _mutate_body(body, rng)
        reply = self._server.ask(method, path, sent)
        if path.startswith("/mock/"):
            self._take_back()
        if self._count % _EVALUATIONS_BETWEEN_RESETS == 0:
            self._server.ask("POST", "/mock/reset", b"{}")
        self._end_case(sent)
        return str(reply.status_code)

    def _take_back(self) -> None:
        """Take back what was ordered, so that the next 429 or 500 is a finding of its own."""
        for method, path in _TAKE_BACK:
            self._server.ask(method, path)


def _pick_id(rng: Generator) -> str:
    kind = rng.integers(3)
    if kind == 0:
        return "e"
    if kind == 1:
        return quote(TEXTS[int(rng.integers(len(TEXTS)))].encode("utf-8", "replace")[:300], safe="")
    return quote(str(NUMBERS[int(rng.integers(len(NUMBERS)))])[:300], safe="")


def _mutate_body(body: object, rng: Generator) -> bytes:
    if body is None:
        return rng.bytes(int(rng.integers(0, 200)))
    if rng.random() < 0.2:
        return mutate_bytes(json.dumps(body).encode(), rng)
    return to_json(mutate_json(body, rng))
