"""Logged runs of scenarios whose truth is known: what only a simulator can provide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from mock_service.clock import ManualClock
from mock_service.dsjson.event import LoggedDecision, log_decision
from mock_service.evaluation.evaluate_log import SearchResult, judge_held_out
from mock_service.evaluation.evaluator import OffPolicyEvaluator
from mock_service.evaluation.logged_data import LoggedData
from mock_service.evaluation.pipeline import IN_PROCESS, Execution, run_evaluation
from mock_service.evaluation.policies import ONLINE
from mock_service.evaluation.search_space import SearchOptions
from mock_service.loop.decision import Action, RankRequest
from mock_service.loop_assembly import build_loop
from mock_service.settings import LoopSettings
from simulator.scenario.catalogue import find_scenario
from simulator.users.environment import ScenarioEnvironment

_START = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LoggedRun:
    """A log, and the rewards that every action would have brought; shape (events, actions)."""

    events: Sequence[LoggedDecision]
    potential: NDArray[np.float64]
    profiles: NDArray[np.intp]


def logged_run(
    scenario: str, rounds: int, seed: int, settings: LoopSettings | None = None
) -> LoggedRun:
    """Let a scenario's users meet a learning loop, and keep what happened and what would have."""
    environment = ScenarioEnvironment(find_scenario(scenario), seed=seed)
    clock = ManualClock(_START)
    loop = build_loop(settings or LoopSettings(seed=str(seed)), clock)
    events: list[LoggedDecision] = []
    potential, profiles = [], []
    offered: tuple[object, ...] = ()
    actions: tuple[Action, ...] = ()
    for block in environment.blocks(rounds):
        potential.append(block.rewards)
        profiles.append(block.profiles)
        for row, visit in enumerate(block.visits):
            clock.advance(_START + visit.offset - clock.now())
            if visit.actions is not offered:
                offered = visit.actions
                actions = tuple(Action(one.id, one.features) for one in visit.actions)
            decision = loop.rank(RankRequest(f"{seed}-{visit.number}", visit.context, actions))
            reward = float(block.rewards[row, decision.order[0]])
            loop.reward(decision.event_id, reward)
            events.append(log_decision(decision, reward=reward))
    return LoggedRun(events, np.concatenate(potential), np.concatenate(profiles))


def search_log(
    logged: LoggedData, options: SearchOptions, execution: Execution = IN_PROCESS
) -> SearchResult:
    """Return what a search finds in a log, judged next to the policy that made it."""
    run = run_evaluation(logged, [ONLINE], options, execution)
    return judge_held_out(run, OffPolicyEvaluator(logged, options.judging), options.trials)
