"""What can be earned in a scenario, computed from its truth."""

from dataclasses import dataclass

from simulator.engine.tally import Tally, best_actions
from simulator.report.summary import Baseline, Circumstances, summarise
from simulator.scenario.model import Scenario
from simulator.users.crowd import Crowd


@dataclass(frozen=True, slots=True)
class Reachable:
    """What remains of the oracle's figures when a share of visits sees a blind choice."""

    exploration: float
    mean_reward: float
    mean_value: float


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What one reward design and the true values come to, over the first visits of a seed.

    The oracle knows every visitor's tastes and shows the action of highest expected value.
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
    crowd = Crowd(scenario, seed=seed, reward=reward)
    tally = Tally(crowd.action_count)
    for block in crowd.blocks(rounds):
        best = best_actions(block).tolist()
        tally.add(block, best, best)
    figures = summarise(scenario, tally, Circumstances(seed, reward)).baselines
    oracle, uniform = figures["oracle"], figures["uniform"]
    return Ceiling(
        reward,
        rounds,
        oracle,
        uniform,
        figures["best_fixed"],
        [_reachable(share, oracle, uniform) for share in explorations],
    )


def _reachable(exploration: float, oracle: Baseline, uniform: Baseline) -> Reachable:
    return Reachable(
        exploration,
        round((1 - exploration) * oracle.mean_reward + exploration * uniform.mean_reward, 6),
        round((1 - exploration) * oracle.mean_value + exploration * uniform.mean_value, 6),
    )
