"""A news site's readers, one hundred of them, against any Personalizer endpoint.

It needs nothing but `requests`. Start a server, take over its two export lines, and run it:

    personalizer-lab serve --port 5000
    export PERSONALIZER_ENDPOINT=http://127.0.0.1:5000
    export PERSONALIZER_KEY=personalizer-lab-development-key
    python examples/article_client.py
"""

import os
import sys
from dataclasses import dataclass
from random import Random

import requests

TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class Reader:
    """Somebody who visits the site, and how much each article pleases them, from 0 to 1."""

    user_id: str
    device: str
    time_of_day: str
    day: str
    tastes: dict[str, float]


ARTICLES = [
    {
        "id": "article-tech-ai",
        "features": [
            {"category": "technology"},
            {"topic": "artificial-intelligence"},
            {"readingTime": 5},
            {"hasVideo": True},
        ],
    },
    {
        "id": "article-tech-cloud",
        "features": [
            {"category": "technology"},
            {"topic": "cloud-computing"},
            {"readingTime": 8},
            {"hasVideo": False},
        ],
    },
    {
        "id": "article-sports-football",
        "features": [
            {"category": "sports"},
            {"topic": "football"},
            {"readingTime": 3},
            {"hasVideo": True},
        ],
    },
    {
        "id": "article-finance-stocks",
        "features": [
            {"category": "finance"},
            {"topic": "stocks"},
            {"readingTime": 6},
            {"hasVideo": False},
        ],
    },
    {
        "id": "article-health-fitness",
        "features": [
            {"category": "health"},
            {"topic": "fitness"},
            {"readingTime": 4},
            {"hasVideo": True},
        ],
    },
]


def tastes(*pleasure: float) -> dict[str, float]:
    """Pair the articles, in their order above, with how much they please."""
    return dict(zip([str(article["id"]) for article in ARTICLES], pleasure, strict=True))


READERS = [
    Reader("user-001", "mobile", "morning", "Monday", tastes(1.0, 0.8, 0.1, 0.3, 0.2)),
    Reader("user-002", "desktop", "evening", "Saturday", tastes(0.2, 0.1, 1.0, 0.3, 0.5)),
    Reader("user-003", "tablet", "afternoon", "Wednesday", tastes(0.4, 0.5, 0.1, 1.0, 0.2)),
]


class PersonalizerClient:
    """The two calls every application makes: rank, then reward."""

    def __init__(self, endpoint: str, key: str) -> None:
        self._base = f"{endpoint.rstrip('/')}/personalizer/v1.0"
        self._session = requests.Session()
        self._session.headers["Ocp-Apim-Subscription-Key"] = key

    def rank(self, context: list[dict[str, object]]) -> dict[str, str]:
        """Ask which article to show; the answer holds `eventId` and `rewardActionId`."""
        body = {"contextFeatures": context, "actions": ARTICLES}
        reply = self._session.post(f"{self._base}/rank", json=body, timeout=TIMEOUT_SECONDS)
        reply.raise_for_status()
        answer: dict[str, str] = reply.json()
        return answer

    def reward(self, event_id: str, value: float) -> None:
        """Report how well that went, from 0 to 1."""
        reply = self._session.post(
            f"{self._base}/events/{event_id}/reward", json={"value": value}, timeout=TIMEOUT_SECONDS
        )
        reply.raise_for_status()


def visit(client: PersonalizerClient, reader: Reader, rng: Random) -> float:
    """Let one reader come by, and return how pleased they were."""
    answer = client.rank(
        [
            {"userId": reader.user_id},
            {"deviceType": reader.device},
            {"timeOfDay": reader.time_of_day},
            {"dayOfWeek": reader.day},
            {"prefersDarkMode": rng.choice([True, False])},
            {"sessionDuration": rng.randint(1, 30)},
        ]
    )
    pleasure = reader.tastes[answer["rewardActionId"]] + rng.uniform(-0.1, 0.1)
    value = round(min(1.0, max(0.0, pleasure)), 2)
    client.reward(answer["eventId"], value)
    print(f"{reader.user_id} was shown {answer['rewardActionId']:<24} reward {value:.2f}")
    return value


def main(visits: int = 100) -> None:
    """Serve `visits` readers and print their average reward."""
    try:
        client = PersonalizerClient(
            os.environ["PERSONALIZER_ENDPOINT"], os.environ["PERSONALIZER_KEY"]
        )
    except KeyError as missing:
        sys.exit(f"Set {missing.args[0]}: `personalizer-lab serve` prints the line to copy.")
    chance = Random()
    rewards = [visit(client, chance.choice(READERS), chance) for _ in range(visits)]
    print(f"Average reward: {sum(rewards) / visits:.4f} (choosing blindly earns about 0.45)")


if __name__ == "__main__":
    main()
