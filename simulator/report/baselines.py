"""What the visits of a run would have earned with choices that do not learn."""

from dataclasses import dataclass

from simulator.engine.tally import Tally
from simulator.report.means import round_metric
from simulator.users.environment import EnvironmentInfo


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the same visits would have earned with a choice that does not learn.

    ``action`` is the one that is always shown: the best of them by reward, or those of the best
    page.
    """

    mean_reward: float
    mean_value: float
    action: str | None = None


def slot_baselines(tally: Tally, number: int) -> dict[str, Baseline]:
    """Return what one slot of a page would have earned without a learner."""
    if not tally.rounds:
        return {}

    def mean(name: str) -> float:
        return round_metric(tally.by_slot(name)[:, number].mean())

    best = (tally.by_slot("value") + tally.by_slot("regret"))[:, number].mean()
    return {
        "uniform": Baseline(mean("blind_reward"), mean("blind_value")),
        "baseline": Baseline(mean("baseline_reward"), mean("baseline_value")),
        "oracle": Baseline(mean("best_reward"), round_metric(best)),
    }


def baselines(info: EnvironmentInfo, tally: Tally) -> dict[str, Baseline]:
    """Return what the very same visits would have earned without a learner."""
    if not tally.rounds:
        return {}

    def mean(name: str) -> float:
        return round_metric(tally.column(name).mean())

    own = {}
    if info.slots:
        page = ", ".join(slot.baseline for slot in info.slots)
        own = {"baseline": Baseline(mean("baseline_reward"), mean("baseline_value"), page)}
    best = (tally.column("value") + tally.column("regret")).mean()
    return {
        "uniform": Baseline(mean("blind_reward"), mean("blind_value")),
        **own,
        "best_fixed": _best_fixed(info, tally),
        "oracle": Baseline(mean("best_reward"), round_metric(best)),
    }


def _best_fixed(info: EnvironmentInfo, tally: Tally) -> Baseline:
    page, reward, value = tally.best_fixed()
    return Baseline(
        round_metric(reward / tally.rounds),
        round_metric(value / tally.rounds),
        ", ".join(info.action_ids[index] for index in page),
    )
