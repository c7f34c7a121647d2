"""How long a disturbed call is kept waiting: a fixed time, or one drawn anew for each call."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from numpy.random import Generator

from mock_service.errors import ControlRequestInvalid

MAX_WAIT_SECONDS = 3_600.0
"""No call waits for longer, however rare and long the waits of a distribution are."""
_LARGEST_SIGMA = 10.0
_LARGEST_EXPONENT = 700.0
"""Of e: beyond it, a number is no float any more."""


class Latency(Protocol):
    """A distribution of seconds."""

    def draw(self, rng: Generator) -> float:
        """Return how many seconds the next call waits."""


@dataclass(frozen=True, slots=True)
class Constant:
    """The same wait for every call."""

    seconds: float

    def draw(self, _: Generator) -> float:
        """Return the one wait there is."""
        return self.seconds


@dataclass(frozen=True, slots=True)
class UniformLatency:
    """Any wait between two bounds is as likely as any other."""

    low: float
    high: float

    def draw(self, rng: Generator) -> float:
        """Return a wait between the bounds."""
        return float(rng.uniform(self.low, self.high))


@dataclass(frozen=True, slots=True)
class ExponentialLatency:
    """Short waits are common and long ones are rare."""

    mean: float

    def draw(self, rng: Generator) -> float:
        """Return a wait of at least zero."""
        return float(rng.exponential(self.mean))


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Half the waits are below the median, and some are far above: what real services look like."""

    median: float
    sigma: float

    def draw(self, rng: Generator) -> float:
        """Return a wait above zero."""
        exponent = self.sigma * float(rng.standard_normal())
        return self.median * math.exp(min(exponent, _LARGEST_EXPONENT))


DISTRIBUTIONS: dict[str, tuple[Callable[..., Latency], tuple[str, ...]]] = {
    "constant": (Constant, ("seconds",)),
    "uniform": (UniformLatency, ("low", "high")),
    "exponential": (ExponentialLatency, ("mean",)),
    "lognormal": (Lognormal, ("median", "sigma")),
}
"""Each distribution by name, and its parameters: numbers of at least zero.

Those are seconds, an hour at most, except for ``sigma``, which is 10 at most.
"""


def parse_latency(value: float | Mapping[str, object]) -> Latency:
    """Return the latency that is written as seconds or as ``{"distribution": ..., ...}``.

    Raises:
        ControlRequestInvalid: it is neither, or its numbers make no sense.
    """
    if isinstance(value, int | float):
        return Constant(_seconds("latency", value))
    name = str(value.get("distribution"))
    if name not in DISTRIBUTIONS:
        raise ControlRequestInvalid(
            f"latency: distribution should be one of {', '.join(DISTRIBUTIONS)}"
        )
    make, parameters = DISTRIBUTIONS[name]
    if set(value) != {"distribution", *parameters}:
        raise ControlRequestInvalid(f"latency: {name} takes {' and '.join(parameters)}")
    numbers = [_seconds(f"latency.{parameter}", value[parameter]) for parameter in parameters]
    if numbers != sorted(numbers) and name == "uniform":
        raise ControlRequestInvalid("latency: low should not be above high")
    return make(*numbers)


def _seconds(name: str, value: object) -> float:
    most = _LARGEST_SIGMA if name == "latency.sigma" else MAX_WAIT_SECONDS
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most:
        return float(value)
    raise ControlRequestInvalid(
        f"{name} should be a number from 0 to {most:g}, and is {_shorten(value)}"
    )


def _shorten(value: object) -> str:
    """Return a value as it was given, in short: a number may have thousands of digits."""
    try:
        text = repr(value)
    except ValueError:
        return "longer than that"
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."


_MAX_SHOWN = 40
