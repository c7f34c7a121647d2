"""Coba on the news workload, in this process and with its own processes."""

from collections.abc import Iterator, Sequence
from time import perf_counter

import coba
from news import NEWS, Site, context, visits


class NewsEnvironment:
    """The news scenario, or another site, as coba reads environments."""

    def __init__(self, count: int, seed: int = 1, site: Site = NEWS) -> None:
        self._site = site
        self._visits = list(visits(count, seed))
        self._seed = seed

    @property
    def params(self) -> dict[str, str]:
        """What coba writes beside its results."""
        return {"scenario": "news", "seed": str(self._seed)}

    def read(self) -> Iterator[dict[str, object]]:
        """Yield simulated interactions with every action's reward."""
        actions = [_merge(article.features) for article in self._site.articles]
        for reader, dark, minutes, noise in self._visits:
            features = _merge(context(reader, dark, minutes)) | {"prefersDarkMode": int(dark)}
            rewards = [
                self._site.draw_reward(reader, action, noise) for action in range(len(actions))
            ]
            yield {"context": features, "actions": actions, "rewards": rewards}


def coba_mean_reward(count: int) -> float:
    """Return what coba's learner earns a visit."""
    learner = coba.VowpalEpsilonLearner(epsilon=0.2)
    experiment = coba.Experiment(coba.Environments([NewsEnvironment(count)]), learner)
    return float(experiment.run(quiet=True).interactions.to_pandas()["reward"].mean())


def coba_seconds(
    visits_each: int,
    seeds: int = 1,
    rates: Sequence[float] = (0.2,),
    processes: int = 1,
    site: Site = NEWS,
) -> float:
    """Return how long coba's experiment takes with its Vowpal Wabbit epsilon learners."""
    environments = [NewsEnvironment(visits_each, seed + 1, site) for seed in range(seeds)]
    learners = [coba.VowpalEpsilonLearner(epsilon=rate) for rate in rates]
    experiment = coba.Experiment(coba.Environments(environments), learners)
    began = perf_counter()
    experiment.run(processes=processes, quiet=True)
    return perf_counter() - began


def _merge(features: list[dict[str, object]]) -> dict[str, object]:
    return {name: value for feature in features for name, value in feature.items()}
