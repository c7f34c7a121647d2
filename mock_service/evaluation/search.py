"""Looking for a better learning policy in a log, on all cores.

Candidates are compared on the earlier part of the log. The best must be judged on the later part,
which no choice between them has seen, or the winner's estimate is inflated by having won.
"""

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path

import optuna
from optuna.trial import Trial

from mock_service.dsjson.reader import read_log
from mock_service.dsjson.writer import write_line
from mock_service.evaluation.estimators import estimate
from mock_service.evaluation.evaluator import OffPolicyEvaluator, Options
from mock_service.evaluation.logged_data import LoggedData, collect
from mock_service.evaluation.policies import (
    Policy,
    PolicySource,
    evaluate_policy,
)
from mock_service.evaluation.search_space import (
    CB_TYPES,
    EXPLORATIONS,
    FOUND_NAME,
    LEARNING_RATES,
    POWERS,
    SPREADS,
    Candidate,
    SearchOptions,
    interaction_sets,
)

_TOGETHER = 8
"""Candidates proposed at a time: a fixed number, so that more cores change no result."""

_NAMED = 3
_WORST = -1e9


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
        Policy(f"{FOUND_NAME}{index}", PolicySource.SEARCHED, choice.arguments)
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
