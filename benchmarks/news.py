"""The workload every benchmark shares: the readers and articles of the news scenario."""

from collections.abc import Iterator

import numpy as np

ARTICLES = (
    ("article-tech-ai", "technology", "artificial-intelligence", 5, True),
    ("article-tech-cloud", "technology", "cloud-computing", 8, False),
    ("article-sports-football", "sports", "football", 3, True),
    ("article-finance-stocks", "finance", "stocks", 6, False),
    ("article-health-fitness", "health", "fitness", 4, True),
)
ACTIONS = [
    {
        "id": id_,
        "features": [
            {"category": category},
            {"topic": topic},
            {"readingTime": minutes},
            {"hasVideo": video},
        ],
    }
    for id_, category, topic, minutes, video in ARTICLES
]
READERS = (
    ("user-001", "mobile", "morning", "Monday", (1.0, 0.8, 0.1, 0.3, 0.2)),
    ("user-002", "desktop", "evening", "Saturday", (0.2, 0.1, 1.0, 0.3, 0.5)),
    ("user-003", "tablet", "afternoon", "Wednesday", (0.4, 0.5, 0.1, 1.0, 0.2)),
)


def context(reader: int, dark: bool, minutes: int) -> list[dict[str, object]]:
    """Return the context features of one visit."""
    user, device, time, day, _ = READERS[reader]
    return [
        {"userId": user},
        {"deviceType": device},
        {"timeOfDay": time},
        {"dayOfWeek": day},
        {"prefersDarkMode": dark},
        {"sessionDuration": minutes},
    ]


def visits(count: int, seed: int = 1) -> Iterator[tuple[int, bool, int, float]]:
    """Yield reader, dark mode, minutes and noise of `count` visits."""
    rng = np.random.default_rng(seed)
    columns = (
        rng.integers(3, size=count),
        rng.integers(2, size=count) == 1,
        rng.integers(1, 31, size=count),
        rng.uniform(-0.1, 0.1, size=count),
    )
    return zip(*(column.tolist() for column in columns), strict=True)


def contexts(count: int) -> list[list[dict[str, object]]]:
    """Return the contexts of `count` visits."""
    return [context(reader, dark, minutes) for reader, dark, minutes, _ in visits(count)]


def reward_of(reader: int, action: int, noise: float) -> float:
    """Return what a visit's reader gives for an action, in [0, 1]."""
    return round(min(1.0, max(0.0, READERS[reader][4][action] + noise)), 2)
