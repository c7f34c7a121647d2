"""The figures of a run."""

from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from simulator.engine.tally import Tally
from simulator.personalizer.sending import RequestAccount
from simulator.scenario.model import Scenario

CURVE_POINTS = 40


@dataclass(frozen=True, slots=True)
class ProfileSummary:
    """How one kind of user fared; ``best_action`` is the one of highest expected value to most."""

    name: str
    visits: int
    mean_reward: float | None
    mean_value: float | None
    best_action: str | None
    best_action_share: float | None
    regret: float


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the same visits would have earned with a choice that does not learn.

    ``action`` is the one that is always shown: the best of them by reward.
    """

    mean_reward: float
    mean_value: float
    action: str | None = None


@dataclass(frozen=True, slots=True)
class FeedbackAccount:
    """What became of rewards.

    ``reported`` are those that an application sent, ``lost`` those of them that never arrived,
    ``repeated`` those that came twice, and ``unsent`` those still on their way at the end.
    """

    reported: int
    lost: int
    repeated: int
    unsent: int


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The means of the visits that end with number ``round``."""

    round: int
    mean_reward: float
    mean_value: float


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a run; those of a run without a single visit are None.

    Rewards are in the reward design's unit and ``regret`` in the scenario's unit of value, summed
    over all visits. ``requests`` is None in process, and ``trouble`` says why a run ended early.
    Only ``interactions_per_second`` differs between runs of one seed.
    """

    scenario: str
    rounds: int
    seed: int
    reward_design: str
    mean_reward: float | None
    mean_reward_last_quarter: float | None
    mean_value: float | None
    best_action_share: float | None
    regret: float
    profiles: list[ProfileSummary]
    baselines: dict[str, Baseline]
    curve: list[CurvePoint]
    feedback: FeedbackAccount
    requests: RequestAccount | None
    trouble: str | None
    interactions_per_second: float | None

    def as_dict(self) -> dict[str, object]:
        """Return the summary as what JSON can hold."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How a run came about; ``requests`` is None when none had to be sent."""

    seed: int
    reward_design: str
    seconds: float = 0.0
    requests: RequestAccount | None = None


def summarise(scenario: Scenario, tally: Tally, made: Circumstances) -> Summary:
    """Return the figures of a run."""
    reward = tally.column("reward")
    return Summary(
        scenario=scenario.name,
        rounds=tally.rounds,
        seed=made.seed,
        reward_design=made.reward_design,
        mean_reward=_mean(reward),
        mean_reward_last_quarter=_mean(reward[tally.rounds - max(1, tally.rounds // 4) :]),
        mean_value=_mean(tally.column("value")),
        best_action_share=_mean(tally.column("chosen") == tally.column("best")),
        regret=_rounded(tally.column("regret").sum()),
        profiles=_profiles(scenario, tally),
        baselines=_baselines(scenario, tally),
        curve=_curve(reward, tally.column("value")),
        feedback=FeedbackAccount(tally.reported, tally.lost, tally.repeated, tally.unsent),
        requests=made.requests,
        trouble=tally.trouble or None,
        interactions_per_second=round(tally.rounds / made.seconds, 1) if made.seconds > 0 else None,
    )


def _profiles(scenario: Scenario, tally: Tally) -> list[ProfileSummary]:
    return [
        _profile(scenario, tally, name, tally.column("profile") == index)
        for index, name in enumerate(scenario.profiles)
    ]


def _profile(
    scenario: Scenario, tally: Tally, name: str, theirs: NDArray[np.bool_]
) -> ProfileSummary:
    best = tally.column("best")[theirs].astype(int)
    return ProfileSummary(
        name=name,
        visits=len(best),
        mean_reward=_mean(tally.column("reward")[theirs]),
        mean_value=_mean(tally.column("value")[theirs]),
        best_action=scenario.action_ids[np.bincount(best).argmax()] if len(best) else None,
        best_action_share=_mean(tally.column("chosen")[theirs] == best),
        regret=_rounded(tally.column("regret")[theirs].sum()),
    )


def _baselines(scenario: Scenario, tally: Tally) -> dict[str, Baseline]:
    """Return what the very same visits would have earned without a learner."""
    if not tally.rounds:
        return {}
    fixed = int(tally.fixed_rewards.argmax())
    return {
        "uniform": Baseline(
            _rounded(tally.column("blind_reward").mean()),
            _rounded(tally.column("blind_value").mean()),
        ),
        "best_fixed": Baseline(
            _rounded(tally.fixed_rewards[fixed] / tally.rounds),
            _rounded(tally.fixed_values[fixed] / tally.rounds),
            scenario.action_ids[fixed],
        ),
        "oracle": Baseline(
            _rounded(tally.column("best_reward").mean()),
            _rounded((tally.column("value") + tally.column("regret")).mean()),
        ),
    }


def _curve(reward: NDArray[np.float64], value: NDArray[np.float64]) -> list[CurvePoint]:
    ends = np.unique(np.linspace(0, len(reward), CURVE_POINTS + 1).astype(int))
    return [
        CurvePoint(int(end), _rounded(reward[start:end].mean()), _rounded(value[start:end].mean()))
        for start, end in pairwise(ends)
    ]


def _mean(column: NDArray[np.generic]) -> float | None:
    return _rounded(column.astype(np.float64).mean()) if len(column) else None


def _rounded(number: np.floating) -> float:
    """Return a figure to six decimals: more would be noise to read."""
    return round(float(number), 6)
