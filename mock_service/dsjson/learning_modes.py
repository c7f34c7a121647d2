"""What users were shown and what they gave for it, whatever the loop learned from.

An Online loop shows what it samples, with the logged probability, and learns from what users give.
The others show the application's own choice, the first action, for sure:

- Apprentice: the label is the action the model would have picked, and 1 or 0 for whether that is
  the first one. What users gave for the first one is ``_original_label_cost``.
- LoggingOnly: the label is the first action with what users gave, and with the probability that
  the model would have given it.

Logs of the service do not name the mode, and it may change midway, so it is inferred line by line.
"""

from collections.abc import Sequence
from math import log
from typing import NamedTuple

from mock_service.dsjson.event import LoggedDecision
from mock_service.loop.configuration import LearningMode

_TOLERANCE = 1e-6
_IMPLAUSIBLE = log(1e-9)
"""A run of first actions less likely than this, under the logged probabilities, was not sampled."""


class Label(NamedTuple):
    """What of a line tells the learning mode; see `LoggedDecision` for the fields."""

    learning_mode: LearningMode | None
    cost: float
    original_cost: float | None
    chosen: int
    propensity: float


def read_label(event: LoggedDecision) -> Label:
    """Return what of an event tells the learning mode."""
    return Label(
        event.learning_mode, event.cost, event.original_cost, event.chosen, event.propensity
    )


def to_shown(events: Sequence[LoggedDecision]) -> list[LoggedDecision]:
    """Return events, in the order of time, with what was shown, how likely, and what it earned."""
    modes = infer_modes([read_label(event) for event in events])
    return [_to_shown(event, mode) for event, mode in zip(events, modes, strict=True)]


def infer_modes(labels: Sequence[Label]) -> list[LearningMode]:
    """Return the learning mode of each event of a log that is in the order of time."""
    modes = [label.learning_mode or infer_from_label(label) for label in labels]
    return _infer_from_runs(labels, _fill(modes))


def infer_from_label(label: Label) -> LearningMode | None:
    """Return the only mode that a label fits; None if it fits Apprentice and Online alike."""
    if label.original_cost is None:
        return LearningMode.ONLINE
    imitates = abs(label.cost + float(label.chosen == 0)) < _TOLERANCE
    if not imitates:
        return LearningMode.ONLINE
    return None if abs(label.original_cost - label.cost) < _TOLERANCE else LearningMode.APPRENTICE


def _fill(modes: Sequence[LearningMode | None]) -> list[LearningMode]:
    """Give events that fit two modes that of the last before them that fits one, or the next."""
    latest = next((mode for mode in modes if mode is not None), LearningMode.ONLINE)
    filled = []
    for mode in modes:
        latest = latest if mode is None else mode
        filled.append(latest)
    return filled


def _infer_from_runs(labels: Sequence[Label], modes: list[LearningMode]) -> list[LearningMode]:
    """Find LoggingOnly: first actions in a row that sampling would hardly ever have brought."""
    start, likelihood = 0, 0.0
    for index in range(len(labels) + 1):
        goes_on = (
            index < len(labels)
            and modes[index] is LearningMode.ONLINE
            and labels[index].learning_mode is None
        )
        if goes_on and labels[index].chosen == 0:
            likelihood += log(min(1.0, labels[index].propensity))
            continue
        if likelihood < _IMPLAUSIBLE:
            modes[start:index] = [LearningMode.LOGGING_ONLY] * (index - start)
        start, likelihood = index + 1, 0.0
    return modes


def _to_shown(event: LoggedDecision, mode: LearningMode) -> LoggedDecision:
    cost = 0.0 - event.observed_reward
    if mode is LearningMode.ONLINE:
        return event if cost == event.cost else event.with_changes(cost=cost)
    order = (0, *(index for index in event.order if index != 0))
    return event.with_changes(
        order=order,
        probabilities=(1.0,) + (0.0,) * (len(order) - 1),
        cost=cost,
        propensity=1.0,
        learning_mode=mode,
    )
