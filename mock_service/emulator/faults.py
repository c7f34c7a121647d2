"""Faults on order: what should happen to which calls, and how often it did."""

import unicodedata
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

import numpy as np
from numpy.random import Generator

from mock_service.emulator.latency import MAX_WAIT_SECONDS, Latency
from mock_service.emulator.operations import ANY, OPERATIONS
from mock_service.errors import ControlRequestInvalid

DELAYABLE = frozenset({"reward", "activate", "multislot_reward", "multislot_activate"})
"""What the service acknowledges before it handles it."""
_LOWEST_ERROR, _BEYOND_ERRORS = 400, 600
MAX_FAULTS = 1_000
"""How many faults are on order at a time."""
_LATEST = timedelta(days=3650)
_MAX_HANDLED = 100
_MAX_TIMES = 1_000_000_000
_MAX_RETRY = 86_400
_MAX_TRUNCATED = 2**30
_LARGEST_SEED = 2**64 - 1
_MAX_CODE_LENGTH, _MAX_MESSAGE_LENGTH = 256, 8_192


class Drop(StrEnum):
    """When a connection breaks: before the call is handled, or after, with the reply unsaid."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to calls of one operation.

    ``latency`` goes with every kind; of the kinds there is one: an error ``status``, a ``drop``
    of the connection, a ``truncate``d reply (cut after that many bytes of its body), ``late``
    handling of what was acknowledged, or handling it ``duplicate`` times.
    """

    operation: str
    """An operation of the contract in snake case, or ``any``."""
    status: int | None = None
    """The HTTP error to answer with; the call is not handled."""
    code: str = ""
    """The error's code; by default the status."""
    message: str = ""
    """The error's message; by default what the gateway says."""
    retry_after: int | None = None
    """Seconds in a Retry-After header."""
    latency: Latency | None = None
    """How long the call waits before anything else happens to it."""
    drop: Drop | None = None
    """When the connection breaks."""
    truncate: int | None = None
    """How many bytes of the reply's body arrive; the call is handled."""
    late: timedelta | None = None
    """How long after its acknowledgement a reward or activation is handled."""
    duplicate: int | None = None
    """How many times the call is handled; the first reply is sent."""
    times: int | None = 1
    """How many calls meet the fault; None means all of them, until it is taken back."""
    probability: float = 1.0
    """The chance that a call which could meet the fault does."""
    seed: int = 0
    """Decides which calls meet it and how long they wait."""

    @property
    def kind(self) -> str:
        """What it does besides making the call wait, in a word."""
        kinds = ("status", "drop", "truncate", "late", "duplicate")
        return next((kind for kind in kinds if getattr(self, kind) is not None), "latency")

    def __post_init__(self) -> None:
        """Raise ControlRequestInvalid for what cannot be carried out."""
        for holds, complaint in self._expectations():
            if not holds:
                raise ControlRequestInvalid(complaint)

    def _expectations(self) -> tuple[tuple[bool, str], ...]:
        kinds = [self.status, self.drop, self.truncate, self.late, self.duplicate]
        given = len(kinds) - kinds.count(None)
        names = "status, drop, truncate, late, duplicate"
        return (
            (
                self.operation in {ANY, *OPERATIONS},
                f"operation {self.operation!r} should be {ANY} or one of {', '.join(OPERATIONS)}",
            ),
            (given <= 1, f"a fault has one of {names}; order several faults instead"),
            (given == 1 or self.latency is not None, f"a fault needs one of {names}, or latency"),
            (
                self.status is None or _LOWEST_ERROR <= self.status < _BEYOND_ERRORS,
                "status should be an HTTP error from 400 to 599",
            ),
            (
                self.status is not None or not (self.code or self.message or self.retry_after),
                "code, message and retry_after belong to a status",
            ),
            (
                self.late is None or self.operation in DELAYABLE,
                f"late is for what is acknowledged first: {', '.join(sorted(DELAYABLE))}",
            ),
            (0 <= self.probability <= 1, "probability should be within [0, 1]"),
            (
                self.late is None or timedelta() <= self.late <= _LATEST,
                f"late should be 0 to {_LATEST.days} days",
            ),
            *self._ranges(),
        )

    def _ranges(self) -> list[tuple[bool, str]]:
        numbers = (
            ("truncate", self.truncate, 0, _MAX_TRUNCATED),
            ("duplicate", self.duplicate, 2, _MAX_HANDLED),
            ("retry_after", self.retry_after, 0, _MAX_RETRY),
            ("times", self.times, 1, _MAX_TIMES),
            ("seed", self.seed, 0, _LARGEST_SEED),
        )
        texts = (
            ("code", self.code, _MAX_CODE_LENGTH),
            ("message", self.message, _MAX_MESSAGE_LENGTH),
        )
        return [
            *[
                (value is None or low <= value <= high, f"{name} should be {low} to {high}")
                for name, value, low, high in numbers
            ],
            *[
                (
                    len(text) <= most and _is_plain(text),
                    f"{name} should be {most} characters at most, and none a control character",
                )
                for name, text, most in texts
            ],
        ]


def _is_plain(text: str) -> bool:
    """Return whether a text can be written in UTF-8, on one line."""
    return not any(
        unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text
    )


@dataclass(slots=True, eq=False)
class ActiveFault:
    """A fault that waits for its calls, and counts them."""

    number: int
    fault: Fault
    met: int = 0
    """How many calls really met it."""
    _rng: Generator = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Take chance from the fault's own seed."""
        self._rng = np.random.default_rng(self.fault.seed)

    @property
    def exhausted(self) -> bool:
        """Whether it has been met as often as it was ordered."""
        return self.fault.times is not None and self.met >= self.fault.times

    def meets(self, operation: str) -> bool:
        """Say whether the next call of `operation` meets the fault, and count it if so."""
        if self.fault.operation not in {operation, ANY}:
            return False
        if self.fault.probability < 1 and self._rng.random() >= self.fault.probability:
            return False
        self.met += 1
        return True

    def waiting_seconds(self) -> float:
        """Return how long the call that just met the fault waits."""
        if self.fault.latency is None:
            return 0.0
        return min(self.fault.latency.draw(self._rng), MAX_WAIT_SECONDS)


class Faults:
    """All faults on order; the earliest that fits a call is the one it meets."""

    def __init__(self) -> None:
        self._ordered: list[ActiveFault] = []
        self._last = 0
        self.waiting: list[ActiveFault] = []
        """Those that can still be met; empty most of the time, and then calls cost nothing."""

    def add(self, fault: Fault) -> ActiveFault:
        """Let the next fitting calls meet `fault`.

        Raises:
            ControlRequestInvalid: there are too many; those that can be met no more are
                forgotten.
        """
        if len(self._ordered) >= MAX_FAULTS:
            self._ordered = list(self.waiting)
        if len(self._ordered) >= MAX_FAULTS:
            raise ControlRequestInvalid(
                f"at most {MAX_FAULTS} faults can be on order: take some back"
            )
        self._last += 1
        ordered = ActiveFault(self._last, fault)
        self._ordered.append(ordered)
        self.waiting.append(ordered)
        return ordered

    def match(self, operation: str) -> ActiveFault | None:
        """Return the fault that a call of `operation` meets now, if any."""
        met = next((ordered for ordered in self.waiting if ordered.meets(operation)), None)
        if met is not None and met.exhausted:
            self.waiting.remove(met)
        return met

    def remove(self, number: int) -> bool:
        """Let no further call meet that fault; return False when it was not waiting."""
        before = len(self.waiting)
        self.waiting = [ordered for ordered in self.waiting if ordered.number != number]
        return len(self.waiting) < before

    def clear(self) -> None:
        """Forget every fault."""
        self._ordered = []
        self._last = 0
        self.waiting = []

    def all(self) -> tuple[ActiveFault, ...]:
        """Return every fault ordered, in order, met or not."""
        return tuple(self._ordered)
