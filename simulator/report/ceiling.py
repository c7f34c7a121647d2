"""What can be earned in a scenario, computed from its truth."""

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.engine.tally import Tally
from simulator.report.baselines import Baseline
from simulator.report.summary import RunInfo, summarise
from simulator.scenario.model import Scenario
from simulator.users.environment import PageBatch, PageRules, ScenarioEnvironment
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
    rules, pages = _pages(scenario, reward=reward, rounds=rounds, seed=seed)
    tally = Tally(rules)
    for block in pages:
        best = tally.best_pages(block)
        tally.add(block, best, best)
    found = summarise(scenario, tally, RunInfo(seed, reward)).baselines
    oracle, uniform = found["oracle"], found["uniform"]
    fixed = found["baseline" if scenario.slots else "best_fixed"]
    reachable = [_reachable(share, oracle, uniform) for share in explorations]
    return Ceiling(reward, rounds, oracle, uniform, fixed, reachable)


def _pages(
    scenario: Scenario, *, reward: str, rounds: int, seed: int
) -> tuple[PageRules, Iterator[PageBatch]]:
    if scenario.slots:
        pages = MultiSlotEnvironment(scenario, seed=seed, reward=reward)
        return pages.page, pages.blocks(rounds)
    single = ScenarioEnvironment(scenario, seed=seed, reward=reward)
    rules = PageRules(1, single.action_count)
    return rules, (PageBatch([block]) for block in single.blocks(rounds))


def _reachable(exploration: float, oracle: Baseline, uniform: Baseline) -> Reachable:
    return Reachable(
        exploration,
        round((1 - exploration) * oracle.mean_reward + exploration * uniform.mean_reward, 6),
        round((1 - exploration) * oracle.mean_value + exploration * uniform.mean_value, 6),
    )
