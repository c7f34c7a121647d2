"""What can be earned in a scenario, computed from its truth."""

from dataclasses import dataclass, replace

from simulator.engine.multi_slot_tally import MultiSlotTally
from simulator.engine.tally import Tally, best_actions
from simulator.report.multi_slot_summary import page_baselines
from simulator.report.summary import Baseline, RunInfo, summarise
from simulator.scenario.model import Scenario
from simulator.users.environment import ScenarioEnvironment
from simulator.users.multi_slot import MultiSlotEnvironment


@dataclass(frozen=True, slots=True)
class Reachable:
    """What remains of the oracle's figures when a share of visits sees a blind choice."""

    exploration: float
    mean_reward: float
    mean_value: float


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What one reward design and the true values come to, over the first visits of a seed.

    The oracle knows every visitor's tastes and shows the action of highest expected value. On a
    page of slots it shows the best page, and ``best_fixed`` is the application's own.
    """

    reward_design: str
    rounds: int
    oracle: Baseline
    uniform: Baseline
    best_fixed: Baseline
    reachable: list[Reachable]


def ceiling(
    scenario: Scenario, *, reward: str, rounds: int, seed: int, explorations: list[float]
) -> Ceiling:
    """Return the ceiling of `rounds` visits of `seed`, at each of the rates of exploration.

    Raises:
        OptionsInvalid: the scenario has no such reward design.
        HookProblem: a Python function of the scenario fails.
    """
    if scenario.slots:
        oracle, uniform, fixed = _of_pages(scenario, reward=reward, rounds=rounds, seed=seed)
    else:
        oracle, uniform, fixed = _of_actions(scenario, reward=reward, rounds=rounds, seed=seed)
    reachable = [_reachable(share, oracle, uniform) for share in explorations]
    return Ceiling(reward, rounds, oracle, uniform, fixed, reachable)


def _of_actions(
    scenario: Scenario, *, reward: str, rounds: int, seed: int
) -> tuple[Baseline, Baseline, Baseline]:
    environment = ScenarioEnvironment(scenario, seed=seed, reward=reward)
    tally = Tally(environment.action_count)
    for block in environment.blocks(rounds):
        best = best_actions(block).tolist()
        tally.add(block, best, best)
    metrics = summarise(scenario, tally, RunInfo(seed, reward)).baselines
    return metrics["oracle"], metrics["uniform"], metrics["best_fixed"]


def _of_pages(
    scenario: Scenario, *, reward: str, rounds: int, seed: int
) -> tuple[Baseline, Baseline, Baseline]:
    """Return figures of whole pages; the fixed one is the application's own."""
    environment = MultiSlotEnvironment(scenario, seed=seed, reward=reward)
    tally = MultiSlotTally(environment)
    for block in environment.blocks(rounds):
        tally.add(block, tally.best_pages(block))
    metrics = page_baselines(tally)
    own = ", ".join(slot.baseline for slot in environment.slots)
    return metrics["oracle"], metrics["uniform"], replace(metrics["baseline"], action=own)


def _reachable(exploration: float, oracle: Baseline, uniform: Baseline) -> Reachable:
    return Reachable(
        exploration,
        round((1 - exploration) * oracle.mean_reward + exploration * uniform.mean_reward, 6),
        round((1 - exploration) * oracle.mean_value + exploration * uniform.mean_value, 6),
    )
