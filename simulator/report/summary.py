"""The figures of a run."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from simulator.engine.run_warnings import (
    RunWarning,
    clock_text,
    duration_text,
    warn_of_late,
    warn_of_lost,
    warn_of_nothing_learned,
    warn_of_replies,
    warn_of_requests,
    warn_of_unreached,
    warn_of_unsent,
)
from simulator.engine.tally import Tally
from simulator.model import LearningRecord
from simulator.personalizer.retrying_client import RequestStats, UnusableReplies
from simulator.report.baselines import Baseline, baselines, slot_baselines
from simulator.report.means import (
    CurvePoint,
    last_quarter,
    learning_curve,
    mean_or_none,
    round_metric,
)
from simulator.scenario.model import Scenario
from simulator.users.environment import EnvironmentInfo


@dataclass(frozen=True, slots=True)
class ProfileSummary:
    """How one kind of user fared; ``best_action`` is the one of highest expected value to most.

    On a page of several slots there is none, and figures are of whole pages.
    """

    name: str
    visits: int
    mean_reward: float | None
    mean_value: float | None
    best_action: str | None
    best_action_share: float | None
    regret: float


@dataclass(frozen=True, slots=True)
class SlotSummary:
    """How one place fared; ``most_shown`` is the action shown there most, in the last quarter."""

    id: str
    mean_reward: float | None
    mean_reward_last_quarter: float | None
    mean_value: float | None
    best_action_share: float | None
    regret: float
    most_shown: str | None
    baselines: dict[str, Baseline]


@dataclass(frozen=True, slots=True)
class RewardDeliveryStats:
    """What became of rewards.

    ``reported`` are those that an application sent, ``lost`` those of them that never arrived,
    ``repeated`` those that came twice, and ``unsent`` those still on their way at the end.
    """

    reported: int
    lost: int
    repeated: int
    unsent: int


@dataclass(frozen=True, slots=True)
class CoveredTime:
    """The moments of the first and the last visit, in seconds since the scenario's beginning."""

    begins: float
    ends: float

    @classmethod
    def of(cls, seconds: NDArray[np.float64]) -> Self | None:
        """Return what the visits cover; None without any."""
        return cls(float(seconds[0]), float(seconds[-1])) if len(seconds) else None

    def text(self) -> str:
        """Return the time on the scenario's clock, in words."""
        begins, ends = timedelta(seconds=self.begins), timedelta(seconds=self.ends)
        return f"{clock_text(begins)} to {clock_text(ends)} ({duration_text(ends - begins)})"


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a run; those of a run without a single visit are None.

    Rewards are in the reward design's unit and ``regret`` in the scenario's unit of value, summed
    over all visits. ``requests`` is None in process, ``unusable_replies`` is None when every rank
    was answered with a ranking, and ``trouble`` says why a run ended early. ``learning`` is what
    the loop made of the rewards, None for an endpoint's. ``warnings`` belong to the figures.

    On a page of several slots, rewards, values and regret are sums over them, and
    ``best_action_share`` is the share of slots that showed what the best page shows there;
    ``viewed`` counts the pages that were looked at, and ``slots`` is empty where there is one.

    Only ``interactions_per_second`` differs between runs of one seed.
    """

    scenario: str
    endpoint: str | None
    rounds: int
    viewed: int
    seed: int
    reward_design: str
    mean_reward: float | None
    mean_reward_last_quarter: float | None
    mean_value: float | None
    best_action_share: float | None
    regret: float
    slots: list[SlotSummary]
    profiles: list[ProfileSummary]
    baselines: dict[str, Baseline]
    curve: list[CurvePoint]
    feedback: RewardDeliveryStats
    requests: RequestStats | None
    unusable_replies: UnusableReplies | None
    trouble: str | None
    covered: CoveredTime | None
    learning: LearningRecord | None
    warnings: list[RunWarning]
    interactions_per_second: float | None

    def as_dict(self) -> dict[str, object]:
        """Return the summary as what JSON can hold."""
        document: dict[str, object] = msgspec.to_builtins(self)
        return document


@dataclass(frozen=True, slots=True)
class RunInfo:
    """How a run came about: in this process, or over HTTP at an ``endpoint``.

    ``requests`` is None when none had to be sent, and ``learning`` where the loop is not ours.
    Rewards may come up to ``reward_delay`` after their visits.
    """

    seed: int
    reward_design: str
    seconds: float = 0.0
    requests: RequestStats | None = None
    unusable_replies: UnusableReplies | None = None
    learning: LearningRecord | None = None
    reward_delay: timedelta = timedelta()
    endpoint: str | None = None


def summarise(info: EnvironmentInfo, tally: Tally, made: RunInfo) -> Summary:
    """Return the figures of a run."""
    reward = tally.column("reward")
    return Summary(
        scenario=info.name,
        endpoint=made.endpoint,
        rounds=tally.rounds,
        viewed=tally.viewed,
        seed=made.seed,
        reward_design=made.reward_design,
        mean_reward=mean_or_none(reward),
        mean_reward_last_quarter=mean_or_none(last_quarter(reward)),
        mean_value=mean_or_none(tally.column("value")),
        best_action_share=mean_or_none(tally.by_slot("chosen") == tally.by_slot("best")),
        regret=round_metric(tally.column("regret").sum()),
        slots=[_slot(info, tally, number, slot.id) for number, slot in enumerate(info.slots)],
        profiles=_profiles(info, tally),
        baselines=baselines(info, tally),
        curve=learning_curve(reward, tally.column("value")),
        feedback=RewardDeliveryStats(tally.reported, tally.lost, tally.repeated, tally.unsent),
        requests=made.requests,
        unusable_replies=made.unusable_replies,
        trouble=tally.trouble or None,
        covered=CoveredTime.of(tally.seconds()),
        learning=made.learning,
        warnings=run_warnings(info, tally, made),
        interactions_per_second=round(tally.rounds / made.seconds, 1) if made.seconds > 0 else None,
    )


def run_warnings(info: EnvironmentInfo | Scenario, tally: Tally, made: RunInfo) -> list[RunWarning]:
    """Return what must be known of a run before its figures are believed."""
    covered, learning = CoveredTime.of(tally.seconds()), made.learning
    if covered is None:
        return []
    end = timedelta(seconds=covered.ends)
    found = [
        warn_of_lost(tally.reported, tally.lost),
        warn_of_unsent(tally.unsent),
        warn_of_requests(made.requests),
        warn_of_replies(made.unusable_replies),
    ]
    if learning is not None:
        found += [
            warn_of_late(learning, made.reward_delay),
            warn_of_nothing_learned(learning, end - timedelta(seconds=covered.begins)),
        ]
    if isinstance(info, Scenario):
        found += warn_of_unreached(info, end)
    return [warning for warning in found if warning is not None]


def _profiles(info: EnvironmentInfo, tally: Tally) -> list[ProfileSummary]:
    return [
        _profile(info, tally, name, tally.column("profile") == index)
        for index, name in enumerate(info.profiles)
    ]


def _profile(
    info: EnvironmentInfo, tally: Tally, name: str, theirs: NDArray[np.bool_]
) -> ProfileSummary:
    best = tally.by_slot("best")[theirs].astype(int)
    is_single = best.shape[1] == 1 and len(best)
    return ProfileSummary(
        name=name,
        visits=len(best),
        mean_reward=mean_or_none(tally.column("reward")[theirs]),
        mean_value=mean_or_none(tally.column("value")[theirs]),
        best_action=info.action_ids[np.bincount(best[:, 0]).argmax()] if is_single else None,
        best_action_share=mean_or_none(tally.by_slot("chosen")[theirs] == best),
        regret=round_metric(tally.column("regret")[theirs].sum()),
    )


def _slot(info: EnvironmentInfo, tally: Tally, number: int, name: str) -> SlotSummary:
    reward, value = tally.by_slot("reward")[:, number], tally.by_slot("value")[:, number]
    chosen, best = tally.by_slot("chosen")[:, number], tally.by_slot("best")[:, number]
    latest = last_quarter(chosen).astype(int)
    return SlotSummary(
        id=name,
        mean_reward=mean_or_none(reward),
        mean_reward_last_quarter=mean_or_none(last_quarter(reward)),
        mean_value=mean_or_none(value),
        best_action_share=mean_or_none(chosen == best),
        regret=round_metric(tally.by_slot("regret")[:, number].sum()),
        most_shown=info.action_ids[np.bincount(latest).argmax()] if len(latest) else None,
        baselines=slot_baselines(tally, number),
    )
