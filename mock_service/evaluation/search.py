"""Looking for a better learning policy in a log, on all cores.

Candidates are compared on the earlier part of the log, and the best are judged on the later part,
which no choice between them has seen: so the winner's estimate is not inflated by having won.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

import optuna
from optuna.trial import Trial

from mock_service.dsjson.reader import read_log
from mock_service.dsjson.writer import write_line
from mock_service.evaluation.estimators import estimate
from mock_service.evaluation.evaluator import OffPolicyEvaluator, Options, PolicyEvaluation
from mock_service.evaluation.logged_data import LoggedData, collect
from mock_service.evaluation.policies import (
    ActionProbabilities,
    Policy,
    PolicySource,
    evaluate_policy,
)
from mock_service.evaluation.search_result import SearchResult
from mock_service.evaluation.search_space import (
    CB_TYPES,
    EXPLORATIONS,
    LEARNING_RATES,
    POWERS,
    SPREADS,
    Candidate,
    interaction_sets,
)

_TOGETHER = 8
"""Candidates proposed at a time: a fixed number, so that more cores change no result."""

_HELD_OUT = 0.3
_NAMED = 3
_NAME = "Hyper"
_WORST = -1e9


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How long and how to look.

    Found epsilon-greedy policies explore ``exploration`` of the time, as the loop that would use
    them is told to.
    """

    trials: int = 64
    exploration: float = 0.2
    seed: int = 1
    judging: Options = field(default_factory=Options)


def search(
    logged: LoggedData,
    others: Sequence[Policy],
    options: SearchOptions | None = None,
    executor: Executor | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> SearchResult:
    """Look for policies that would have earned more; `others` are judged next to the found ones.

    The same seed finds the same policies, however many processes `executor` has.
    """
    chosen = options or SearchOptions()
    split = round(len(logged) * (1 - _HELD_OUT))
    found = best_policies(logged.rows(0, split), chosen, executor, progress)
    verdicts = _held_out(logged, split, [*found, *others], chosen.judging)
    return SearchResult(
        tuple(verdicts[: len(found)]), tuple(verdicts[len(found) :]), chosen.trials, split
    )


def best_policies(
    earlier: LoggedData,
    options: SearchOptions,
    executor: Executor | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> list[Policy]:
    """Return the policies that do best on these decisions, the best of each kind.

    What they would have earned must be judged on others.
    """
    ranked = _rank_candidates(
        OffPolicyEvaluator(earlier, options.judging), options, executor, progress
    )
    return [
        Policy(f"{_NAME}{index}", PolicySource.SEARCHED, choice.arguments)
        for index, choice in enumerate(ranked[:_NAMED], start=1)
    ]


def _rank_candidates(
    earlier: OffPolicyEvaluator,
    options: SearchOptions,
    executor: Executor | None,
    progress: Callable[[int], None],
) -> list[Candidate]:
    """Return the best candidate of each kind, the best kind first.

    Kinds differ in how they explore or in what they cross: neighbours with hardly another learning
    rate would all be the same discovery.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=options.seed, n_startup_trials=2 * _TOGETHER),
    )
    crossed = interaction_sets(earlier.logged.events)
    scored: list[tuple[float, Candidate]] = []
    with _share(earlier) as score:
        for start in range(0, options.trials, _TOGETHER):
            trials = [study.ask() for _ in range(min(_TOGETHER, options.trials - start))]
            choices = [_choice(trial, crossed, options.exploration) for trial in trials]
            values = list((executor.map if executor else map)(score, choices))
            for trial, value in zip(trials, values, strict=True):
                study.tell(trial, value)
            scored += zip(values, choices, strict=True)
            progress(len(trials))
    best: dict[tuple[str, str], Candidate] = {}
    for _, choice in sorted(scored, key=lambda one: (-one[0], one[1].arguments)):
        best.setdefault(choice.kind, choice)
    return list(best.values())


@contextmanager
def _share(earlier: OffPolicyEvaluator) -> Iterator[Callable[[Candidate], float]]:
    """Lend a scoring function that any process of this machine can call.

    The decisions lie in a log, which each process reads once and not with every candidate.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "earlier.dsjson")
        lines = [write_line(event) + "\n" for event in earlier.logged.events]
        log.write_text("".join(lines), encoding="utf-8", errors="backslashreplace")
        yield partial(_score, log, earlier.options)


def _score(log: Path, options: Options, choice: Candidate) -> float:
    """Return what a candidate would have earned on the earlier part, by its best estimator."""
    judge = _load_evaluator(log, options)
    acted = evaluate_policy(
        Policy("candidate", PolicySource.SEARCHED, choice.arguments), judge.logged
    )
    value = estimate(judge.sample(acted), judge.best).value
    return _WORST if value is None else value


@lru_cache(maxsize=1)
def _load_evaluator(log: Path, options: Options) -> OffPolicyEvaluator:
    with log.open(encoding="utf-8") as lines:
        return OffPolicyEvaluator(collect(read_log(lines)), options)


def _choice(trial: Trial, crossed: dict[str, str], exploration: float) -> Candidate:
    """Let the search choose a candidate."""
    kind = trial.suggest_categorical("exploration", list(EXPLORATIONS))
    return Candidate(
        interactions=crossed[trial.suggest_categorical("interactions", list(crossed))],
        learning_rate=trial.suggest_float("learning_rate", *LEARNING_RATES, log=True),
        power_t=trial.suggest_categorical("power_t", POWERS),
        cb_type=trial.suggest_categorical(f"cb_type of {kind}", CB_TYPES[kind]),
        exploration=kind,
        spread=_spread(trial, kind, exploration),
    )


def _spread(trial: Trial, kind: str, exploration: float) -> float:
    if kind not in SPREADS:
        return exploration
    return trial.suggest_float(kind, *SPREADS[kind], log=True)


def _held_out(
    logged: LoggedData, split: int, policies: Sequence[Policy], options: Options
) -> list[PolicyEvaluation]:
    """Judge policies on the later part; they have learned from the earlier one by then."""
    whole = OffPolicyEvaluator(logged, options)
    later = logged.rows(split, len(logged))
    expected = None if whole.expected is None else whole.expected[split:]
    acted = [evaluate_policy(policy, logged) for policy in policies]
    return OffPolicyEvaluator(later, options, expected).verdicts(
        [ActionProbabilities(one.policy, one.probabilities[split:]) for one in acted]
    )
