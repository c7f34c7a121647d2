"""A campaign of inputs from outside: ``python -m tests.fuzzing.run --minutes 20``.

Prints what was tried and how it was answered, and every input that did harm. A case is known by
its target, the seed and its number: ``--only logs --first 4711 --cases 1`` tries one again.
"""

import argparse
import resource
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from time import monotonic

import numpy as np

from tests.fuzzing.findings import Finding, Target
from tests.fuzzing.logs_target import LogsTarget
from tests.fuzzing.policies_target import PoliciesTarget
from tests.fuzzing.replies_target import RepliesTarget
from tests.fuzzing.requests_target import RequestsTarget
from tests.fuzzing.scenarios_target import ScenariosTarget
from tests.fuzzing.snapshots_target import SnapshotsTarget

_MAX_FINDINGS = 20


@dataclass(slots=True)
class Tried:
    """How the cases of one target ended; processor time in seconds, children included."""

    name: str
    cases: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    processor_seconds: float = 0.0


def attack(name: str, seed: int, first: int, cases: int, seconds: float) -> Tried:
    """Try cases of one target, from number `first` on, until there are enough or time is over."""
    tried = Tried(name)
    until = monotonic() + seconds
    with TARGETS[name]() as target:
        while tried.cases < cases and monotonic() < until:
            number = first + tried.cases
            tried.cases += 1
            try:
                answer = target.attempt(np.random.default_rng([seed, number]))
            except Finding as finding:
                tried.findings.append(f"{name} {number}: {finding}")
                answer = "FINDING"
            tried.answers[answer] += 1
            if len(tried.findings) >= _MAX_FINDINGS:
                break
    tried.processor_seconds = _processor_seconds()
    return tried


def main() -> int:
    """Attack every target, one after the other in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="wall time over all targets")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=sorted(TARGETS), action="append")
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--cases", type=int, default=10**9, help="how many of each target at most")
    asked = parser.parse_args()
    names = asked.only or list(TARGETS)
    seconds = asked.minutes * 60 / len(names)
    all_tried = [_attack_apart(n, asked.seed, asked.first, asked.cases, seconds) for n in names]
    for tried in all_tried:
        for finding in tried.findings:
            sys.stdout.write(f"{finding}\n\n")
    for tried in all_tried:
        answers = ", ".join(f"{word} {count:,}" for word, count in tried.answers.most_common())
        sys.stdout.write(
            f"{tried.name:10} {tried.cases:8,} cases {tried.processor_seconds:7.0f} s  {answers}\n"
        )
    return int(any(tried.findings for tried in all_tried))


def _attack_apart(name: str, seed: int, first: int, cases: int, seconds: float) -> Tried:
    """Attack in a process of its own: its death is a finding too."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            return pool.submit(attack, name, seed, first, cases, seconds).result()
        except BrokenProcessPool:
            return Tried(name, findings=[f"{name}: the process of the command died"])


def _processor_seconds() -> float:
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in usage)


TARGETS: dict[str, Callable[[], Target]] = {
    "requests": RequestsTarget,
    "policies": PoliciesTarget,
    "snapshots": SnapshotsTarget,
    "logs": LogsTarget,
    "scenarios": ScenariosTarget,
    "replies": RepliesTarget,
}


if __name__ == "__main__":
    sys.exit(main())
