"""Evaluating a log from its file: read it, evaluate it, and report what was left out."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from rich.progress import Progress

from mock_service.dsjson.files import log_lines
from mock_service.dsjson.lazy_decision import LazyDecision
from mock_service.dsjson.multi_slot import pages as join_slots
from mock_service.dsjson.reader import Event, LineKind, LogReader, read_log
from mock_service.dsjson.writer import write_line
from mock_service.errors import EvaluationOptionsInvalid, LogUnusable
from mock_service.evaluation.as_dict import search_to_dict, study_to_dict
from mock_service.evaluation.evaluate_log import LogEvaluation, SearchResult, evaluate_log
from mock_service.evaluation.evaluator import Options, PolicyEvaluation
from mock_service.evaluation.logged_data import LoggedData
from mock_service.evaluation.page_log import PageLog, collect_with_pages
from mock_service.evaluation.pages import evaluate_pages
from mock_service.evaluation.pipeline import MIN_TO_SEARCH, Execution, has_search
from mock_service.evaluation.policies import (
    Policy,
    custom_policy,
    default_policies,
    exported_model,
    python_policy,
)
from mock_service.evaluation.recommendation import verdict_in_words
from mock_service.evaluation.search_space import SearchOptions
from mock_service.python_policies.reference import is_python_policy, short_name
from mock_service.settings import DEFAULT_LOOP
from mock_service.storage.database import FILE
from mock_service.storage.event_log import read_stored_log

_USED = frozenset({LineKind.DECISION, LineKind.MULTI_SLOT, LineKind.SKIPPED})
_NAMED = re.compile(r"(?P<name>[\w.-]+)=\s*(?P<policy>-.*|python:.*|[\w-]+)", re.DOTALL)


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

    @property
    def needs_contexts(self) -> bool:
        """Whether anything looks at what the decisions were about."""
        return bool(self.judging.with_model or self.policies or self.models or self.trials)

    @property
    def search(self) -> SearchOptions | None:
        """How to search, if at all."""
        if not self.trials:
            return None
        return SearchOptions(self.trials, self.exploration, self.judging.seed, self.judging)


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What was found: in the log, and about the policies."""

    log: str
    lines: dict[LineKind, int]
    complaints: tuple[tuple[int, str], ...]
    study: LogEvaluation

    @property
    def found(self) -> SearchResult | None:
        """What the search found, if there was one."""
        return self.study.found

    @property
    def verdicts(self) -> tuple[PolicyEvaluation, ...]:
        """What is known of each policy; after a search, by what the search has not seen."""
        return self.study.verdicts if self.found is None else (*self.found.best, *self.found.others)

    @property
    def words(self) -> tuple[str, ...]:
        """The verdict; after a search, that on the decisions which the search has not seen.

        Of what was found only the search's own winner can be recommended: another may look better
        on those decisions by luck.
        """
        if self.found is None:
            return self.study.words
        rivals = [*self.found.best[:1], *self.found.others]
        return tuple(verdict_in_words(rivals, self.study.pages))

    @property
    def headline(self) -> str:
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
            **study_to_dict(self.study),
            "verdict": list(self.words),
            "search": None if self.found is None else search_to_dict(self.found),
        }


def evaluate_file(options: EvaluateOptions, progress: Progress) -> EvaluationReport:
    """Read a log, judge policies on it, and search for better ones if `options` say so.

    Raises:
        LogUnusable: the log cannot be read, or holds no decision to judge by.
        LearningPolicyInvalid: a policy or model is none.
        EvaluationOptionsInvalid: a policy is named twice, or searching is not installed or has
            too little.
    """
    policies = _parse_policies(options)
    if options.trials and not has_search():
        raise EvaluationOptionsInvalid(
            "--search needs optuna: pip install 'personalizer-lab[search]'"
        )
    reader, logged, pages = _read(options, progress)
    if options.trials and len(logged) < MIN_TO_SEARCH:
        raise EvaluationOptionsInvalid(
            f"--search needs a log of {MIN_TO_SEARCH} decisions at least, and {options.log} "
            f"holds {len(logged)}"
        )
    judging = progress.add_task("judging", total=len(policies) + 1)
    searching = progress.add_task("searching", total=options.trials, visible=options.trials > 0)
    with _open_executor(options) as executor:
        study = evaluate_log(
            logged,
            policies,
            options.judging,
            options.search,
            Execution(
                executor,
                lambda count: progress.advance(judging, count),
                lambda count: progress.advance(searching, count),
            ),
        )
    if pages is not None:
        study = replace(study, pages=evaluate_pages(pages, policies, options.judging.seed))
    return EvaluationReport(str(options.log), reader.counts, tuple(reader.complaints), study)


def _read(
    options: EvaluateOptions, progress: Progress
) -> tuple[LogReader, LoggedData, PageLog | None]:
    """Return the reader of a log once it has ended, what it read, and its multi-slot events."""
    path, task = options.log, progress.add_task("reading", total=None)

    def show(read: int, total: int) -> None:
        progress.update(task, completed=read, total=total)

    reader = read_log(_read_lines(path, options.loop, show))
    logged, pages = collect_with_pages(reader if options.needs_contexts else _forget(reader))
    progress.update(task, total=len(logged), completed=len(logged))
    if not len(logged):
        raise LogUnusable(f"the log {path} holds no decision to judge by: {reader.describe()}")
    return reader, logged, pages


def _forget(events: Iterable[Event]) -> Iterator[Event]:
    """Yield events without the contexts that nothing will ask for: most of what a log holds."""
    for event in events:
        if isinstance(event, LazyDecision):
            event.forget()
        yield event


def _read_lines(
    path: Path, loop: str, show: Callable[[int, int], None]
) -> Iterator[bytes] | Iterator[str]:
    """Yield the lines of a log, or those that a server's log would have."""
    if (path / FILE).is_file():
        stored = read_stored_log(path, loop or DEFAULT_LOOP, show=show)
        return (write_line(event) for event in join_slots(stored))
    if loop:
        raise EvaluationOptionsInvalid(
            f"--loop is for the data folder of a server, and {path} is none"
        )
    return log_lines(path, show)


def _parse_policies(options: EvaluateOptions) -> list[Policy]:
    seed = options.judging.seed
    named = [_parse_policy(text, n, seed) for n, text in enumerate(options.policies, start=1)]
    policies = [*default_policies(), *named, *map(exported_model, options.models)]
    names = [policy.name for policy in policies]
    for name in names:
        if names.count(name) > 1:
            raise EvaluationOptionsInvalid(
                f"two policies are called {name}: name one with --policy NAME=..."
            )
    return policies


def _parse_policy(text: str, index: int, seed: int) -> Policy:
    """Return a policy by the name before its equals sign; a preset's own, or its number."""
    found = _NAMED.fullmatch(text)
    name, policy = (found["name"], found["policy"]) if found is not None else ("", text)
    if is_python_policy(policy):
        return python_policy(name or short_name(policy), policy, seed)
    return custom_policy(name or (text if "-" not in text[:1] else f"Custom{index}"), policy)


def _open_executor(options: EvaluateOptions) -> "ProcessPoolExecutor | nullcontext[None]":
    """Return processes of their own memory: Vowpal Wabbit holds the interpreter's lock."""
    workers = options.workers or len(os.sched_getaffinity(0))
    if not options.trials or workers == 1:
        return nullcontext()
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
