"""Drawing the context features that are different on every visit."""

import json

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from simulator.scenario.features import (
    Calendar,
    ChoiceFeature,
    Normal,
    Sampled,
    TimeOfDay,
    WholeNumber,
)

HOUR = 3.6e9
"""In microseconds."""
DAY = 24 * HOUR
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SATURDAY = 5


def sample(spec: Sampled, rng: Generator, offsets: NDArray[np.float64]) -> list[str]:
    """Return a value of the feature for each moment, as JSON.

    Moments are microseconds since a Monday's midnight.
    """
    match spec:
        case ChoiceFeature(choice=values, weights=weights):
            shares = None if weights is None else np.array(weights) / np.sum(weights)
            picked = rng.choice(len(values), len(offsets), p=shares)
            return _texts([json.dumps(value) for value in values], picked)
        case WholeNumber(integer=(low, high)):
            numbers = rng.integers(low, high, len(offsets), endpoint=True)
            return [str(number) for number in numbers.tolist()]
        case Normal():
            return _normal(spec, rng, len(offsets))
        case TimeOfDay(time_of_day=parts):
            index = np.searchsorted(list(parts.values()), hours(offsets), side="right") - 1
            return _texts([json.dumps(part) for part in parts], index)
        case Calendar(calendar=shown):
            return _calendar(shown, offsets)


def hours(offsets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the hour of the day of each moment, in [0, 24)."""
    return offsets % DAY / HOUR


def _normal(spec: Normal, rng: Generator, count: int) -> list[str]:
    numbers = rng.normal(*spec.normal, count).round(spec.decimals)
    if spec.within is not None:
        numbers = np.clip(numbers, *spec.within)
    return [json.dumps(number) for number in numbers.tolist()]


def _calendar(shown: str, offsets: NDArray[np.float64]) -> list[str]:
    days = (offsets // DAY).astype(int) % len(_DAYS)
    if shown == "hour":
        return [str(hour) for hour in hours(offsets).astype(int).tolist()]
    if shown == "weekend":
        return _texts(["false", "true"], (days >= _SATURDAY).astype(int))
    return _texts([json.dumps(day) for day in _DAYS], days)


def _texts(texts: list[str], indices: NDArray[np.integer]) -> list[str]:
    """Return the text at each place; the place before the first is the last."""
    return [texts[index] for index in indices.tolist()]
