"""Prepared requests: complete but for the event's id, which is as long as the gap left for it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from news import NEWS, contexts

GAP = "@" * 16
"""Stands where a request's event id goes."""
KEY = "personalizer-lab-development-key"
CONTEXTS = 200


@dataclass(frozen=True, slots=True)
class Traffic:
    """Ranks, or ranks each with its reward; a reward follows when its event is surely answered."""

    rewarded: bool
    prefix: str
    connections: int

    @property
    def lag(self) -> int:
        """How many ranks come before the first reward, if any does."""
        return 2 * self.connections

    def requests(self) -> Iterator[bytes]:
        """Yield requests without end, as ``load.lua`` makes them."""
        ranks, reward = rank_templates(), reward_template()
        for number in count():
            yield ranks[number % len(ranks)].replace(GAP, self._id(number)).encode()
            if self.rewarded and number >= self.lag:
                yield reward.replace(GAP, self._id(number - self.lag)).encode()

    def _id(self, number: int) -> str:
        return f"{self.prefix}{number:0{len(GAP) - len(self.prefix)}d}"


def rank_templates() -> Sequence[str]:
    """Return rank requests with different contexts."""
    return [
        _post(
            "/personalizer/v1.0/rank",
            {"contextFeatures": context, "actions": NEWS.actions, "eventId": GAP},
        )
        for context in contexts(CONTEXTS)
    ]


def reward_template() -> str:
    """Return a reward request."""
    return _post(f"/personalizer/v1.0/events/{GAP}/reward", {"value": 1})


def _post(path: str, body: object) -> str:
    content = json.dumps(body, separators=(",", ":"))
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Ocp-Apim-Subscription-Key: {KEY}\r\nContent-Length: {len(content)}\r\n\r\n{content}"
    )
