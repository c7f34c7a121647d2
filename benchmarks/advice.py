"""How often intervals hold and advice is false: every estimator, over logs whose truth is known.

``python benchmarks/advice.py`` writes ``docs/coverage.md``; it takes twenty minutes. Logs are made
of a table of expected rewards by context and action, so what a fixed policy is worth is known
exactly. The model of the rewards behind ``dr`` and ``dm`` is the mean reward of the action so far.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from mock_service.evaluation.bootstrap import bootstrap, resample_counts
from mock_service.evaluation.confidence_sequence import confidence_sequence
from mock_service.evaluation.empirical_likelihood import empirical_likelihood
from mock_service.evaluation.estimators import Estimate, Estimator, Sample, estimate, scores
from mock_service.evaluation.overlap import measure_overlap
from mock_service.evaluation.simultaneous import simultaneous_intervals

Table = NDArray[np.float64]
CONTEXTS, ACTIONS, LOGS = 10, 5, 200
LENGTHS = (1_000, 10_000, 100_000)
SEED = 20_261_126
_ROUNDING = 1e-12
PATH = Path(__file__).parents[1] / "docs" / "coverage.md"


@dataclass(frozen=True, slots=True)
class World:
    """Expected rewards and the logging policy, both of shape (contexts, actions)."""

    reward_kind: str
    exploration: str
    means: Table
    sign: float
    logging: Table

    @property
    def policies(self) -> dict[str, Table]:
        """The fixed policies that are judged: by lot, as the log prefers, and against it."""
        return {
            "uniform": np.full_like(self.logging, 1 / ACTIONS),
            "aligned": _choose(self.logging.argmax(axis=1)),
            "opposed": _choose(self.logging.argmin(axis=1)),
        }

    def value(self, policy: Table) -> float:
        """Return what a policy earns on average; contexts come equally often."""
        return float(self.sign * (policy * self.means).sum(axis=1).mean())


def _choose(actions: NDArray[np.intp]) -> Table:
    return np.eye(ACTIONS)[actions]


def worlds(rng: Generator, *, equal: bool) -> Iterator[World]:
    """Yield a world of each kind of reward and exploration; in equal ones no action is better."""
    spread = rng.uniform(-1, 1, (CONTEXTS, ACTIONS))
    kinds = {"ordinary": (0.5, 0.3, 1.0), "clicks of 1%": (0.01, 0.005, 1.0)}
    kinds["penalties of 3%"] = (0.03, 0.015, -1.0)
    for kind, (centre, reach, sign) in kinds.items():
        means = centre + (0.0 if equal else reach) * spread
        liking = sign * (rng.uniform(-1, 1, spread.shape) if equal else spread)
        for exploration, logging in _explorations(liking).items():
            yield World(kind, exploration, means, sign, logging)


def _explorations(liking: Table) -> dict[str, Table]:
    best = _choose(liking.argmax(axis=1))
    gaps = liking.max(axis=1, keepdims=True) - liking
    weights = np.exp(2.0 * liking)
    squares = np.where(best > 0, 0.0, 1 / (ACTIONS + 10.0 * gaps))
    return {
        "epsilon 0.2": 0.8 * best + 0.2 / ACTIONS,
        "epsilon 0.05": 0.95 * best + 0.05 / ACTIONS,
        "softmax": weights / weights.sum(axis=1, keepdims=True),
        "squarecb": squares + best * (1 - squares.sum(axis=1, keepdims=True)),
    }


def draw(world: World, length: int, rng: Generator) -> dict[str, Sample]:
    """Return a log of a world as each policy's sample."""
    contexts = rng.integers(CONTEXTS, size=length)
    rows = world.logging[contexts]
    actions = (rows.cumsum(axis=1) < rng.random((length, 1))).sum(axis=1).clip(max=ACTIONS - 1)
    happens = rng.random(length) < world.means[contexts, actions]
    rewards = world.sign * happens.astype(np.float64)
    propensities = rows[np.arange(length), actions]
    expected = _running_means(actions, rewards)
    logged, ones = expected[np.arange(length), actions], np.ones(length)
    return {
        name: Sample(
            rewards,
            policy[contexts, actions] / propensities,
            ones,
            (policy[contexts] * expected).sum(axis=1),
            logged,
        )
        for name, policy in world.policies.items()
    }


def _running_means(actions: NDArray[np.intp], rewards: Table) -> Table:
    """Return, a row a decision, the mean reward of each action in the decisions before it."""
    chosen = np.eye(ACTIONS)[actions]
    counts = chosen.cumsum(axis=0) - chosen
    sums = (chosen * rewards[:, None]).cumsum(axis=0) - chosen * rewards[:, None]
    return sums / np.maximum(counts, 1)


def intervals(sample: Sample, resampled: NDArray[np.int64]) -> Iterator[tuple[str, Estimate]]:
    """Yield every interval that an evaluation gives around a policy's mean reward."""
    for estimator in Estimator:
        yield estimator.value, estimate(sample, estimator)
    yield "ips, bootstrap", bootstrap(sample, Estimator.IPS, resampled)
    bounds = (min(0.0, sample.rewards.min(initial=0.0)), max(1.0, sample.rewards.max(initial=1.0)))
    yield "empirical likelihood", empirical_likelihood(sample, *bounds)
    yield "ips, anytime", confidence_sequence(sample, *bounds)


class Counts:
    """How often intervals held and how wide they were, where the guards let anything be said."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, ...], list[bool]] = defaultdict(list)
        self.widths: dict[tuple[str, ...], list[float]] = defaultdict(list)
        self.silent: dict[tuple[str, ...], list[bool]] = defaultdict(list)
        self.advice: dict[tuple[str, ...], list[tuple[bool, bool]]] = defaultdict(list)

    def note(self, key: tuple[str, ...], found: Estimate, truth: float) -> None:
        """Note one interval."""
        if found.low is not None and found.high is not None:
            self.held[key].append(found.low <= truth <= found.high)
            self.widths[key].append(found.high - found.low)


@dataclass(frozen=True, slots=True)
class Size:
    """How many logs of a world, and how many decisions a log."""

    logs: int
    length: int


def measure(counts: Counts, world: World, size: Size, rng: Generator, *, equal: bool) -> None:
    """Draw logs of a world, judge them, and count."""
    length = size.length
    online = world.value(world.logging)
    cell = (world.reward_kind, world.exploration, f"{length:,}")
    resampled = resample_counts(length, rng)
    for _ in range(size.logs):
        samples = draw(world, length, rng)
        spoken = {n: s for n, s in samples.items() if not measure_overlap(s).is_insufficient}
        for name, sample in samples.items():
            counts.silent[(name, *cell)].append(name not in spoken)
            if name in spoken and not equal:
                truth = world.value(world.policies[name])
                for interval, found in intervals(sample, resampled):
                    counts.note((interval, name, *cell), found, truth)
        columns = [scores(s, Estimator.DR) - s.rewards for s in spoken.values()]  # type: ignore[operator] # there is a model
        uplifts = simultaneous_intervals(columns, np.ones(length), resampled)
        _note_advice(counts, world, dict(zip(spoken, uplifts, strict=True)), online, cell)


def _note_advice(
    counts: Counts, world: World, uplifts: dict[str, Estimate], online: float, cell: tuple[str, ...]
) -> None:
    """Note whether anything was recommended, and whether that was false."""
    for name, found in uplifts.items():
        truth = world.value(world.policies[name]) - online
        counts.note(("gain, simultaneous", name, *cell), found, truth)
    best = max(uplifts, key=lambda name: uplifts[name].value or 0.0, default=None)
    applies = best is not None and (uplifts[best].low or 0.0) > 0
    gain = world.value(world.policies[best]) - online if best is not None else 0.0
    counts.advice[cell].append((applies, applies and gain <= _ROUNDING))


def report(unequal: Counts, equal: Counts, logs: int) -> str:
    """Return the page."""
    lines = [_HEAD.format(logs=logs), "## Advice", "", _ADVICE_HEAD, "|---|---|---|---|---|---|"]
    for cell in unequal.advice:
        said, false = np.mean(unequal.advice[cell], axis=0)
        alike = np.mean(equal.advice[cell], axis=0)[0]
        lines.append(f"| {' | '.join(cell)} | {said:.1%} | {false:.1%} | {alike:.1%} |")
    lines += ["", "## Intervals", "", _INTERVAL_HEAD, "|---|---|---|---|---|---|---|---|"]
    for key, held in unequal.held.items():
        silent = np.mean(unequal.silent[key[1:]])
        width = np.mean(unequal.widths[key])
        lines.append(f"| {' | '.join(key)} | {np.mean(held):.1%} | {width:.4f} | {silent:.0%} |")
    return "\n".join(lines) + "\n"


_HEAD = """# Coverage

How often what `evaluate` says is false, over {logs} logs of each kind whose truth is known. Made by
`python benchmarks/advice.py`; the seed is in the file. Three fixed policies are judged: by lot,
what the log prefers, and what it likes least. *Silent* is the share of logs of which a guard said
that nothing can be said; the other figures are of the logs that were spoken about.
"""
_ADVICE_HEAD = (
    "| rewards | explored by | decisions | said Apply | falsely | said Apply where all are equal |"
)
_INTERVAL_HEAD = (
    "| interval | policy | rewards | explored by | decisions | coverage | mean width | silent |"
)


def main(lengths: tuple[int, ...], logs: int = LOGS, path: Path = PATH) -> None:
    """Measure all worlds, and write the page."""
    unequal, equal = Counts(), Counts()
    for counts, is_equal in ((unequal, False), (equal, True)):
        for world in worlds(default_rng(SEED), equal=is_equal):
            for length in lengths:
                seeds = [SEED, length, is_equal, *world.reward_kind.encode()]
                rng = default_rng([*seeds, *world.exploration.encode()])
                measure(counts, world, Size(logs, length), rng, equal=is_equal)
                print(world.reward_kind, world.exploration, length, is_equal, flush=True)
    path.write_text(report(unequal, equal, logs))


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or LENGTHS)
