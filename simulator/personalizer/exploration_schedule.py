"""Exploration that changes with the visits or with time: in a straight line, or in one step."""

import re
from dataclasses import dataclass
from datetime import timedelta

from mock_service.loop.decision import RankRequest
from mock_service.loop.protocols import ActionSampler, Prediction
from simulator.scenario.fields import parse_positive_duration

_SCHEDULE = re.compile(r"(?P<start>[^->|@]+)(?P<kind>->|\|)(?P<end>[^->|@]+)@(?P<length>[^@]+)")


@dataclass(frozen=True, slots=True)
class ExplorationSchedule:
    """A share that explores at first, and another one that does after ``length``.

    ``length`` counts visits, or is a time since the first midnight. On the way the share follows a
    straight line if ``is_linear``, and stays what it was if not.
    """

    start: float
    end: float
    length: int | timedelta
    is_linear: bool

    def rate(self, number: int, offset: timedelta) -> float:
        """Return the share for the visit of that `number`, from 0, at that moment."""
        done = offset / self.length if isinstance(self.length, timedelta) else number / self.length
        if done >= 1:
            return self.end
        return self.start + (self.end - self.start) * done if self.is_linear else self.start


def parse_exploration(text: str) -> float | ExplorationSchedule:
    """Return a share like ``0.2``, or a schedule like ``0.4->0.05@1000`` or ``0.4|0.05@2h``.

    Raises:
        ValueError: it is neither.
    """
    found = _SCHEDULE.fullmatch(text.replace(" ", ""))
    if found is None:
        return _share(text)
    length = found["length"]
    is_count = length.isascii() and length.isdecimal() and int(length) > 0
    return ExplorationSchedule(
        _share(found["start"]),
        _share(found["end"]),
        int(length) if is_count else parse_positive_duration(length),
        is_linear=found["kind"] == "->",
    )


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ValueError(
            f"expected a share in [0, 1], or a schedule like 0.4->0.05@1000 (in a straight line) "
            f"or 0.4|0.05@1000 (a step), got {text!r}"
        )
    return share


class ScheduledSampler:
    """Draws as a loop's own sampler does, with the share that explores set from outside.

    The loop's policy itself must not explore: its predictions are then the favourites, and the
    share is spread evenly over all actions, as epsilon-greedy does.
    """

    def __init__(self, draw: ActionSampler) -> None:
        self._draw = draw
        self.rate = 0.0
        """The share that explores."""

    def __call__(self, request: RankRequest, prediction: Prediction) -> Prediction:
        """Return the prediction with an action in front that was drawn."""
        floor = self.rate / len(prediction.order)
        kept = 1.0 - self.rate
        spread = tuple([floor + kept * share for share in prediction.probabilities])
        return self._draw(request, Prediction(prediction.order, spread))
