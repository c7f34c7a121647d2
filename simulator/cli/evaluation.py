"""Evaluations put together: a log and policies in, everything that was found out."""

import os
import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lazy_loader
from rich.progress import Progress

from mock_service.dsjson.files import log_lines
from mock_service.dsjson.reader import LineKind, LogReader, read_log
from mock_service.dsjson.writer import write_line
from mock_service.errors import LogUnusable
from mock_service.evaluation.as_dict import found_record, study_record
from mock_service.evaluation.evaluate_log import LogEvaluation, evaluate_log
from mock_service.evaluation.evaluator import Options
from mock_service.evaluation.logged_data import LoggedData, collect, first_slots
from mock_service.evaluation.policies import (
    BASELINE,
    ONLINE,
    RANDOM,
    Policy,
    custom_policy,
    exported_model,
)
from mock_service.evaluation.recommendation import verdict_in_words
from mock_service.evaluation.search_result import SearchResult
from mock_service.settings import DEFAULT_LOOP
from mock_service.storage.database import FILE
from mock_service.storage.event_log import read_stored_log
from simulator.errors import OptionsInvalid

if TYPE_CHECKING:
    from mock_service.evaluation import search as searching
else:  # optuna is an extra, and takes a while to import
    searching = lazy_loader.load("mock_service.evaluation.search", suppress_warning=True)

_MIN_TO_SEARCH = 200
_USED = frozenset({LineKind.DECISION, LineKind.MULTI_SLOT, LineKind.SKIPPED})
_NAMED = re.compile(r"(?P<name>[\w.-]+)=\s*(?P<policy>-.*|[\w-]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class EvaluateOptions:
    """What to evaluate; with no ``trials`` nothing is searched for.

    ``log`` is a log, or the data folder of a server: then it is that of its ``loop``.
    """

    log: Path
    policies: tuple[str, ...]
    models: tuple[Path, ...]
    judging: Options
    trials: int = 0
    exploration: float = 0.2
    workers: int = 0
    loop: str = ""


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What was found: in the log, about the policies, and by the search if there was one."""

    log: str
    lines: dict[LineKind, int]
    complaints: tuple[tuple[int, str], ...]
    study: LogEvaluation
    found: SearchResult | None

    @property
    def words(self) -> tuple[str, ...]:
        """The verdict; after a search, that on the decisions which the search has not seen.

        Of what was found only the search's own winner can be recommended: another may look better
        on those decisions by luck.
        """
        if self.found is None:
            return self.study.words
        return tuple(verdict_in_words([*self.found.best[:1], *self.found.others]))

    @property
    def best_estimate(self) -> str:
        """How many decisions were judged, and what was left out and why."""
        logged = self.study.logged
        left = [f"{n:,} {kind.value}" for kind, n in self.lines.items() if n and kind not in _USED]
        left += [f"{logged.skipped:,} never activated"] if logged.skipped else []
        left += [f"{logged.unusable:,} without a propensity"] if logged.unusable else []
        without = f"; left out: {', '.join(left)}" if left else ""
        decisions = "1 decision" if len(logged) == 1 else f"{len(logged):,} decisions"
        return f"{self.log}: {decisions}{without}"

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "log": self.log,
            "lines": {kind.value: count for kind, count in self.lines.items()},
            "damaged_lines": [{"line": index, "problem": why} for index, why in self.complaints],
            **study_record(self.study),
            "verdict": list(self.words),
            "search": None if self.found is None else found_record(self.found),
        }


def evaluate(wanted: EvaluateOptions, progress: Progress) -> EvaluationReport:
    """Read a log, judge policies on it, and search for better ones if that is wanted.

    Raises:
        LogUnusable: the log cannot be read, or holds no decision to judge by.
        LearningPolicyInvalid: a policy or model is none.
        OptionsInvalid: a policy is named twice, or searching is not installed or has too little.
    """
    policies = _policies(wanted)
    if wanted.trials and find_spec("optuna") is None:
        raise OptionsInvalid("--search needs optuna: pip install 'personalizer-lab[search]'")
    reader, logged = _read(wanted.log, wanted.loop, progress)
    if wanted.trials and len(logged) < _MIN_TO_SEARCH:
        raise OptionsInvalid(
            f"--search needs a log of {_MIN_TO_SEARCH} decisions at least, and {wanted.log} "
            f"holds {len(logged)}"
        )
    task = progress.add_task("judging", total=len(policies) + 2)
    done = evaluate_log(logged, policies, wanted.judging, lambda step: progress.advance(task, step))
    return EvaluationReport(
        log=str(wanted.log),
        lines=reader.counts,
        complaints=tuple(reader.complaints),
        study=done,
        found=_search(wanted, logged, policies, progress) if wanted.trials else None,
    )


def _read(path: Path, loop: str, progress: Progress) -> tuple[LogReader, LoggedData]:
    task = progress.add_task("reading", total=None)
    reader = read_log(_lines(path, loop))
    logged = collect(reader)
    progress.update(task, total=len(logged), completed=len(logged))
    if not len(logged):
        raise LogUnusable(_nothing(path, reader))
    return reader, logged


def _lines(path: Path, loop: str) -> Iterator[bytes] | Iterator[str]:
    """Yield the lines of a log, or those that a server's log would have."""
    if (path / FILE).is_file():
        return (write_line(one) for one in first_slots(read_stored_log(path, loop or DEFAULT_LOOP)))
    if loop:
        raise OptionsInvalid(f"--loop is for the data folder of a server, and {path} is none")
    return log_lines(path)


def _nothing(path: Path, reader: LogReader) -> str:
    seen = ", ".join(f"{count:,} {kind.value}" for kind, count in reader.counts.items() if count)
    first = "".join(f"; line {index}: {why}" for index, why in reader.complaints[:1])
    return f"the log {path} holds no decision to judge by: {seen or 'no line at all'}{first}"


def _policies(wanted: EvaluateOptions) -> list[Policy]:
    named = [_parse_policy(text, index) for index, text in enumerate(wanted.policies, start=1)]
    policies = [ONLINE, BASELINE, RANDOM, *named, *map(exported_model, wanted.models)]
    names = [policy.name for policy in policies]
    for name in names:
        if names.count(name) > 1:
            raise OptionsInvalid(f"two policies are called {name}: name one with --policy NAME=...")
    return policies


def _parse_policy(text: str, index: int) -> Policy:
    """Return a policy by the name before its equals sign; a preset's own, or its number."""
    found = _NAMED.fullmatch(text)
    if found is not None:
        return custom_policy(found["name"], found["policy"])
    return custom_policy(text if "-" not in text[:1] else f"Custom{index}", text)


def _search(
    wanted: EvaluateOptions, logged: LoggedData, policies: list[Policy], progress: Progress
) -> SearchResult:
    task = progress.add_task("searching", total=wanted.trials)
    options = searching.SearchOptions(
        wanted.trials, wanted.exploration, wanted.judging.seed, wanted.judging
    )
    with _workforce(wanted.workers or len(os.sched_getaffinity(0))) as executor:
        return searching.search(
            logged, policies, options, executor, lambda step: progress.advance(task, step)
        )


def _workforce(workers: int) -> "ProcessPoolExecutor | nullcontext[None]":
    """Return processes of their own memory: Vowpal Wabbit holds the interpreter's lock."""
    if workers == 1:
        return nullcontext()
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
