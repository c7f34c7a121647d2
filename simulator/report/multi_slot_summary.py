"""The figures of a run with slots."""

from dataclasses import dataclass

import msgspec
import numpy as np

from simulator.engine.multi_slot_tally import MultiSlotTally
from simulator.engine.run_warnings import RunWarning
from simulator.model import LearningRecord
from simulator.personalizer.retrying_client import RequestStats, UnusableReplies
from simulator.report.means import (
    CurvePoint,
    last_quarter,
    learning_curve,
    mean_or_none,
    round_metric,
)
from simulator.report.summary import (
    Baseline,
    CoveredTime,
    RewardDeliveryStats,
    RunInfo,
    run_warnings,
)
from simulator.scenario.model import Scenario


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
class PageProfile:
    """How one kind of user fared; figures are of whole pages."""

    name: str
    visits: int
    mean_reward: float | None
    mean_value: float | None
    regret: float


@dataclass(frozen=True, slots=True)
class PageSummary:
    """The figures of a run with slots; those of a run without a single visit are None.

    Rewards, values and regret are sums over a page's slots. ``best_action_share`` is the share of
    slots that showed what the best page shows there. Only ``interactions_per_second`` differs
    between runs of one seed.
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
    profiles: list[PageProfile]
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


def summarise_pages(scenario: Scenario, tally: MultiSlotTally, made: RunInfo) -> PageSummary:
    """Return the figures of a run with slots."""
    reward, value = tally.column("reward").sum(axis=1), tally.column("value").sum(axis=1)
    return PageSummary(
        scenario=scenario.name,
        endpoint=made.endpoint,
        rounds=tally.rounds,
        viewed=tally.viewed,
        seed=made.seed,
        reward_design=made.reward_design,
        mean_reward=mean_or_none(reward),
        mean_reward_last_quarter=mean_or_none(last_quarter(reward)),
        mean_value=mean_or_none(value),
        best_action_share=mean_or_none(tally.column("chosen") == tally.column("best")),
        regret=round_metric(tally.column("regret").sum()),
        slots=[_slot(scenario, tally, number) for number in range(len(scenario.slots))],
        profiles=_profiles(scenario, tally),
        baselines=page_baselines(tally),
        curve=learning_curve(reward, value),
        feedback=RewardDeliveryStats(tally.reported, tally.lost, tally.repeated, tally.unsent),
        requests=made.requests,
        unusable_replies=made.unusable_replies,
        trouble=tally.trouble or None,
        covered=CoveredTime.of(tally.seconds()),
        learning=made.learning,
        warnings=run_warnings(scenario, tally, made),
        interactions_per_second=round(tally.rounds / made.seconds, 1) if made.seconds > 0 else None,
    )


def page_baselines(tally: MultiSlotTally, slot: int | None = None) -> dict[str, Baseline]:
    """Return what pages that do not learn would have earned: in all slots, or in one."""
    if not tally.rounds:
        return {}

    def mean(column: str) -> float:
        metrics = tally.column(column)
        return round_metric((metrics.sum(axis=1) if slot is None else metrics[:, slot]).mean())

    return {
        name: Baseline(mean(f"{name}_reward"), mean(f"{name}_value"))
        for name in ("uniform", "baseline", "oracle")
    }


def _slot(scenario: Scenario, tally: MultiSlotTally, number: int) -> SlotSummary:
    reward = tally.column("reward")[:, number]
    chosen, best = tally.column("chosen")[:, number], tally.column("best")[:, number]
    latest = last_quarter(chosen).astype(int)
    return SlotSummary(
        id=scenario.slots[number].id,
        mean_reward=mean_or_none(reward),
        mean_reward_last_quarter=mean_or_none(last_quarter(reward)),
        mean_value=mean_or_none(tally.column("value")[:, number]),
        best_action_share=mean_or_none(chosen == best),
        regret=round_metric(tally.column("regret")[:, number].sum()),
        most_shown=scenario.action_ids[np.bincount(latest).argmax()] if len(latest) else None,
        baselines=page_baselines(tally, number),
    )


def _profiles(scenario: Scenario, tally: MultiSlotTally) -> list[PageProfile]:
    found = []
    for index, name in enumerate(scenario.profiles):
        theirs = tally.profiles() == index
        found.append(
            PageProfile(
                name,
                int(theirs.sum()),
                mean_or_none(tally.column("reward")[theirs].sum(axis=1)),
                mean_or_none(tally.column("value")[theirs].sum(axis=1)),
                round_metric(tally.column("regret")[theirs].sum()),
            )
        )
    return found
