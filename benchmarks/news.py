"""The workload every benchmark shares: the readers and articles of the news scenario."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class Article(NamedTuple):
    """What can be shown."""

    id: str
    category: str
    topic: str
    minutes: int
    video: bool

    @property
    def features(self) -> list[dict[str, object]]:
        """Return the features as a client sends them."""
        return [
            {"category": self.category},
            {"topic": self.topic},
            {"readingTime": self.minutes},
            {"hasVideo": self.video},
        ]


class Reader(NamedTuple):
    """Who comes."""

    id: str
    device: str
    time: str
    day: str


READERS = (
    Reader("user-001", "mobile", "morning", "Monday"),
    Reader("user-002", "desktop", "evening", "Saturday"),
    Reader("user-003", "tablet", "afternoon", "Wednesday"),
)


@dataclass(frozen=True, slots=True)
class Site:
    """Articles, and how much each reader likes each of them."""

    articles: tuple[Article, ...]
    tastes: tuple[tuple[float, ...], ...]

    @property
    def actions(self) -> list[dict[str, object]]:
        """Return the articles as a client sends them."""
        return [{"id": article.id, "features": article.features} for article in self.articles]

    def draw_reward(self, reader: int, action: int, noise: float) -> float:
        """Return what a visit's reader gives for an action, in [0, 1]."""
        return round(min(1.0, max(0.0, self.tastes[reader][action] + noise)), 2)


NEWS = Site(
    (
        Article("article-tech-ai", "technology", "artificial-intelligence", 5, video=True),
        Article("article-tech-cloud", "technology", "cloud-computing", 8, video=False),
        Article("article-sports-football", "sports", "football", 3, video=True),
        Article("article-finance-stocks", "finance", "stocks", 6, video=False),
        Article("article-health-fitness", "health", "fitness", 4, video=True),
    ),
    ((1.0, 0.8, 0.1, 0.3, 0.2), (0.2, 0.1, 1.0, 0.3, 0.5), (0.4, 0.5, 0.1, 1.0, 0.2)),
)


def wide_site(count: int) -> Site:
    """Return a site of so many articles."""
    numbers = range(count)
    return Site(
        tuple(
            Article(f"article-{n}", f"category-{n % 5}", f"topic-{n}", 3 + n % 9, video=n % 2 == 0)
            for n in numbers
        ),
        tuple(tuple((n * 7 + reader * 5) % 11 / 10 for n in numbers) for reader in range(3)),
    )


def scenario_text(site: Site) -> str:
    """Return a site as the text of a scenario file, with the news scenario's traffic."""
    return "\n".join([*_HEAD, *map(_action_text, site.articles), *_profiles(site), *_TAIL])


_HEAD = (
    'schema = 1\ntitle = "A site"\ndescription = "Readers and articles."',
    "[traffic]\nper_hour = 600",
)
_TAIL = (
    "[outcomes.rating]\nrating = 0.1\nvalue = 1.0",
    "[rewards.rating]\nweights = { rating = 1.0 }",
)


def _action_text(article: Article) -> str:
    video = str(article.video).lower()
    return (
        f'[[actions]]\nid = "{article.id}"\nfeatures = [{{ category = "{article.category}" }}, '
        f'{{ topic = "{article.topic}" }}, {{ readingTime = {article.minutes} }}, '
        f"{{ hasVideo = {video} }}]"
    )


def _profiles(site: Site) -> Iterator[str]:
    yield "[context]\nprefersDarkMode = { choice = [true, false] }"
    yield "sessionDuration = { integer = [1, 30] }"
    for reader, tastes in zip(READERS, site.tastes, strict=True):
        yield f'[profiles.{reader.id}.context]\nuserId = "{reader.id}"'
        yield f'deviceType = "{reader.device}"\ntimeOfDay = "{reader.time}"'
        yield f'dayOfWeek = "{reader.day}"\n[tastes.by_profile.{reader.id}]'
        for article, taste in zip(site.articles, tastes, strict=True):
            yield f"{article.id} = {taste}"


def context(reader: int, dark: bool, minutes: int) -> list[dict[str, object]]:
    """Return the context features of one visit."""
    user, device, time, day = READERS[reader]
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
