"""How long things take."""

from datetime import timedelta

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from simulator.scenario.outcomes import Delay, ExponentialDelay, Fixed, LogNormal, UniformDelay

MICROSECOND = timedelta(microseconds=1)
MAX_DELAY = 3.2e15
"""A century in microseconds: a longer draw would leave the calendar."""


def sample_delays(spec: Delay, rng: Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return delays in microseconds."""
    return np.minimum(_draw(spec, rng, shape), MAX_DELAY)


def microseconds(duration: timedelta) -> float:
    """Return a duration as the number its delays are compared with."""
    return duration / MICROSECOND


def _draw(spec: Delay, rng: Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    match spec:
        case Fixed(fixed=time):
            return np.full(shape, microseconds(time))
        case UniformDelay(uniform=(low, high)):
            return rng.uniform(microseconds(low), microseconds(high), shape)
        case ExponentialDelay(exponential=mean):
            return rng.exponential(microseconds(mean), shape)
        case LogNormal(lognormal=median, spread=spread):
            return microseconds(median) * rng.lognormal(0.0, spread, shape)
