"""The figures of a run with slots."""

from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from simulator.engine.page_tally import PageTally
from simulator.personalizer.sending import RequestAccount
from simulator.report.summary import (
    CURVE_POINTS,
    Baseline,
    Circumstances,
    CurvePoint,
    FeedbackAccount,
)
from simulator.scenario.model import Scenario

_Array = NDArray[np.float64]


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
    feedback: FeedbackAccount
    requests: RequestAccount | None
    trouble: str | None
    interactions_per_second: float | None

    def as_dict(self) -> dict[str, object]:
        """Return the summary as what JSON can hold."""
        return asdict(self)


def summarise_pages(scenario: Scenario, tally: PageTally, made: Circumstances) -> PageSummary:
    """Return the figures of a run with slots."""
    reward, value = tally.column("reward").sum(axis=1), tally.column("value").sum(axis=1)
    return PageSummary(
        scenario=scenario.name,
        rounds=tally.rounds,
        viewed=tally.viewed,
        seed=made.seed,
        reward_design=made.reward_design,
        mean_reward=_mean(reward),
        mean_reward_last_quarter=_mean(_last_quarter(reward)),
        mean_value=_mean(value),
        best_action_share=_mean(tally.column("chosen") == tally.column("best")),
        regret=_rounded(tally.column("regret").sum()),
        slots=[_slot(scenario, tally, number) for number in range(len(scenario.slots))],
        profiles=_profiles(scenario, tally),
        baselines=page_baselines(tally),
        curve=_curve(reward, value),
        feedback=FeedbackAccount(tally.reported, tally.lost, tally.repeated, tally.unsent),
        requests=made.requests,
        trouble=tally.trouble or None,
        interactions_per_second=round(tally.rounds / made.seconds, 1) if made.seconds > 0 else None,
    )


def page_baselines(tally: PageTally, slot: int | None = None) -> dict[str, Baseline]:
    """Return what pages that do not learn would have earned: in all slots, or in one."""
    if not tally.rounds:
        return {}

    def mean(column: str) -> float:
        figures = tally.column(column)
        return _rounded((figures.sum(axis=1) if slot is None else figures[:, slot]).mean())

    return {
        name: Baseline(mean(f"{name}_reward"), mean(f"{name}_value"))
        for name in ("uniform", "baseline", "oracle")
    }


def _slot(scenario: Scenario, tally: PageTally, number: int) -> SlotSummary:
    reward = tally.column("reward")[:, number]
    chosen, best = tally.column("chosen")[:, number], tally.column("best")[:, number]
    latest = _last_quarter(chosen).astype(int)
    return SlotSummary(
        id=scenario.slots[number].id,
        mean_reward=_mean(reward),
        mean_reward_last_quarter=_mean(_last_quarter(reward)),
        mean_value=_mean(tally.column("value")[:, number]),
        best_action_share=_mean(chosen == best),
        regret=_rounded(tally.column("regret")[:, number].sum()),
        most_shown=scenario.action_ids[np.bincount(latest).argmax()] if len(latest) else None,
        baselines=page_baselines(tally, number),
    )


def _profiles(scenario: Scenario, tally: PageTally) -> list[PageProfile]:
    found = []
    for index, name in enumerate(scenario.profiles):
        theirs = tally.profiles() == index
        found.append(
            PageProfile(
                name,
                int(theirs.sum()),
                _mean(tally.column("reward")[theirs].sum(axis=1)),
                _mean(tally.column("value")[theirs].sum(axis=1)),
                _rounded(tally.column("regret")[theirs].sum()),
            )
        )
    return found


def _curve(reward: _Array, value: _Array) -> list[CurvePoint]:
    ends = np.unique(np.linspace(0, len(reward), CURVE_POINTS + 1).astype(int))
    return [
        CurvePoint(int(end), _rounded(reward[start:end].mean()), _rounded(value[start:end].mean()))
        for start, end in pairwise(ends)
    ]


def _last_quarter(column: _Array) -> _Array:
    return column[len(column) - max(1, len(column) // 4) :]


def _mean(column: NDArray[np.generic]) -> float | None:
    return _rounded(column.astype(np.float64).mean()) if len(column) else None


def _rounded(number: np.floating) -> float:
    """Return a figure to six decimals: more would be noise to read."""
    return round(float(number), 6)
