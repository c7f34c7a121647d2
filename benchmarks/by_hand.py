"""Loops over Vowpal Wabbit that a person would write: the fastest one, and the usual one."""

import json
from abc import ABC, abstractmethod
from time import perf_counter

import numpy as np
from news import NEWS, Article, Site, context, visits
from vowpalwabbit import pyvw

POLICY = "--cb_explore_adf --epsilon 0.2 --cb_type mtr -q ::"


class Loop(ABC):
    """Predict, draw, learn: nothing is kept, and nothing is told."""

    def __init__(self, site: Site = NEWS) -> None:
        self.site = site
        self.earned = 0.0

    def seconds(self, count: int) -> float:
        """Return how long `count` interactions take."""
        rng = np.random.default_rng(1)
        steps = list(zip(visits(count), rng.random(count).tolist(), strict=True))
        began = perf_counter()
        for (reader, dark, minutes, noise), chance in steps:
            self.step((reader, dark, minutes), noise, chance)
        return perf_counter() - began

    @abstractmethod
    def step(self, visitor: tuple[int, bool, int], noise: float, chance: float) -> None:
        """Show a visitor something, and learn from it."""

    def cost(self, reader: int, chosen: int, noise: float) -> float:
        """Return what a choice costs, and count what it earned."""
        reward = self.site.draw_reward(reader, chosen, noise)
        self.earned += reward
        return -reward


class ParsedLoop(Loop):
    """A loop that does nothing but learn: the limit of what Python can do here.

    Contexts and actions are parsed once; to learn, only the chosen action's line is replaced. In
    that line a name and its text are written as one word, since VW's JSON reader hashes them so.
    """

    def __init__(self, site: Site = NEWS) -> None:
        super().__init__(site)
        self._workspace = pyvw.Workspace(f"{POLICY} --json --quiet")
        self._actions = [self._parse({"j": article.features}) for article in site.articles]
        self._lines = [f"|j {_features(article, '')}" for article in site.articles]
        self._contexts: dict[tuple[int, bool, int], pyvw.Example] = {}

    def step(self, visitor: tuple[int, bool, int], noise: float, chance: float) -> None:
        """Parse nothing but the line to learn from."""
        examples = [self._context(visitor), *self._actions]
        probabilities = self._workspace.predict(examples)
        chosen = sample_index(probabilities, chance)
        cost = self.cost(visitor[0], chosen, noise)
        labelled = self._workspace.example(
            f"0:{cost}:{probabilities[chosen]} {self._lines[chosen]}"
        )
        examples[1 + chosen] = labelled
        self._workspace.learn(examples)
        self._workspace.finish_example([labelled])

    def _context(self, key: tuple[int, bool, int]) -> pyvw.Example:
        if key not in self._contexts:
            self._contexts[key] = self._parse({"FromUrl": context(*key), "_multi": []})
        return self._contexts[key]

    def _parse(self, document: dict[str, object]) -> pyvw.Example:
        return self._workspace.parse(json.dumps(document))[0]


class TutorialLoop(Loop):
    """The loop of Vowpal Wabbit's tutorial on contextual bandits.

    Each visit is written out as text twice: to be predicted from, and with the cost to be learned.
    """

    def __init__(self, site: Site = NEWS) -> None:
        super().__init__(site)
        self._workspace = pyvw.Workspace(f"{POLICY} --quiet")

    def step(self, visitor: tuple[int, bool, int], noise: float, chance: float) -> None:
        """Write a text, predict, draw, write a text, learn."""
        probabilities = self._workspace.predict(self._text(visitor))
        chosen = sample_index(probabilities, chance)
        cost = self.cost(visitor[0], chosen, noise)
        label = f"0:{cost}:{probabilities[chosen]}"
        examples = self._workspace.parse(
            self._text(visitor, chosen, label), pyvw.LabelType.CONTEXTUAL_BANDIT
        )
        self._workspace.learn(examples)
        self._workspace.finish_example(examples)

    def _text(self, visitor: tuple[int, bool, int], chosen: int = -1, label: str = "") -> str:
        named = {name: value for pair in context(*visitor) for name, value in pair.items()}
        dark = " prefersDarkMode" if named.pop("prefersDarkMode") else ""
        minutes = named.pop("sessionDuration")
        words = " ".join(f"{name}={value}" for name, value in named.items())
        lines = [f"shared |User {words}{dark} sessionDuration:{minutes}"]
        for number, article in enumerate(self.site.articles):
            cost = f"{label} " if number == chosen else ""
            lines.append(f"{cost}|Action {_features(article)}")
        return "\n".join(lines)


def sample_index(probabilities: list[float], chance: float) -> int:
    """Return the place that chance falls on."""
    below = 0.0
    for index, probability in enumerate(probabilities):
        below += probability
        if chance < below:
            return index
    return len(probabilities) - 1


def _features(article: Article, between: str = "=") -> str:
    video = " hasVideo" if article.video else ""
    words = f"category{between}{article.category} topic{between}{article.topic}"
    return f"{words} readingTime:{article.minutes}{video}"
