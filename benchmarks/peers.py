"""The peers of an in-process simulation, on the news workload: coba, and a loop written by hand."""

import json
from collections.abc import Iterator
from time import perf_counter

import coba
import numpy as np
from news import ACTIONS, ARTICLES, context, reward_of, visits
from vowpalwabbit import pyvw

POLICY = "--cb_explore_adf --epsilon 0.2 --cb_type mtr -q ::"


class NewsEnvironment:
    """The news scenario as coba reads environments."""

    def __init__(self, count: int, seed: int = 1) -> None:
        self._visits = list(visits(count, seed))
        self._seed = seed

    @property
    def params(self) -> dict[str, str]:
        """What coba writes beside its results."""
        return {"scenario": "news", "seed": str(self._seed)}

    def read(self) -> Iterator[dict[str, object]]:
        """Yield simulated interactions with every action's reward."""
        actions = [_merged(action["features"]) for action in ACTIONS]
        for reader, dark, minutes, noise in self._visits:
            features = _merged(context(reader, dark, minutes)) | {"prefersDarkMode": int(dark)}
            rewards = [reward_of(reader, action, noise) for action in range(len(ACTIONS))]
            yield {"context": features, "actions": actions, "rewards": rewards}


def coba_seconds(count: int) -> float:
    """Return how long coba's experiment takes with its Vowpal Wabbit epsilon learner."""
    environments = coba.Environments([NewsEnvironment(count)])
    experiment = coba.Experiment(environments, coba.VowpalEpsilonLearner(epsilon=0.2))
    began = perf_counter()
    experiment.run(quiet=True)
    return perf_counter() - began


class HandwrittenLoop:
    """A loop that does nothing but learn: the limit of what Python can do here.

    Contexts and actions are parsed once; to learn, only the chosen action's line is replaced.
    """

    def __init__(self) -> None:
        self._workspace = pyvw.Workspace(f"{POLICY} --json --quiet")
        self._actions = [self._parsed({"j": action["features"]}) for action in ACTIONS]
        self._contexts: dict[tuple[int, bool, int], pyvw.Example] = {}

    def seconds(self, count: int) -> float:
        """Return how long `count` interactions take."""
        rng = np.random.default_rng(1)
        steps = list(zip(visits(count), rng.random(count).tolist(), strict=True))
        began = perf_counter()
        for (reader, dark, minutes, noise), chance in steps:
            examples = [self._context((reader, dark, minutes)), *self._actions]
            probabilities = self._workspace.predict(examples)
            chosen = _sampled(probabilities, chance)
            self._learn(examples, chosen, probabilities[chosen], reward_of(reader, chosen, noise))
        return perf_counter() - began

    def _learn(
        self, examples: list[pyvw.Example], chosen: int, probability: float, reward: float
    ) -> None:
        _, category, topic, minutes, video = ARTICLES[chosen]
        line = f"|j category={category} topic={topic} readingTime:{minutes}"
        label = f"0:{-reward}:{probability} "
        labelled = self._workspace.example(label + line + (" hasVideo" if video else ""))
        examples[1 + chosen] = labelled
        self._workspace.learn(examples)
        self._workspace.finish_example([labelled])

    def _context(self, key: tuple[int, bool, int]) -> pyvw.Example:
        if key not in self._contexts:
            self._contexts[key] = self._parsed({"FromUrl": context(*key), "_multi": []})
        return self._contexts[key]

    def _parsed(self, document: dict[str, object]) -> pyvw.Example:
        return self._workspace.parse(json.dumps(document))[0]


def _sampled(probabilities: list[float], chance: float) -> int:
    below = 0.0
    for index, probability in enumerate(probabilities):
        below += probability
        if chance < below:
            return index
    return len(probabilities) - 1


def _merged(features: list[dict[str, object]]) -> dict[str, object]:
    return {name: value for feature in features for name, value in feature.items()}
