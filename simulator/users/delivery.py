"""What happens to rewards between the application and the personalizer."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from simulator.scenario.outcomes import Delay, FeedbackSpec
from simulator.users.behaviour import Amounts
from simulator.users.delays import sample_delays
from simulator.users.reward_signals import RewardSignal


class Delivery(NamedTuple):
    """A reward that arrives, or does not, for each visit and action.

    ``offsets`` are microseconds since the visit. The shapes are (visits, actions).
    """

    values: Amounts
    arrives: NDArray[np.bool_]
    offsets: Amounts

    def beginning(self, count: int) -> "Delivery":
        """Return the first `count` visits of it."""
        return Delivery(self.values[:count], self.arrives[:count], self.offsets[:count])


@dataclass(frozen=True, slots=True)
class Deliveries:
    """All rewards of some visits on their way; counts have the shape (visits, actions)."""

    arrivals: list[Delivery]
    lost: NDArray[np.int64]
    duplicated: NDArray[np.int64]

    def beginning(self, count: int) -> "Deliveries":
        """Return the first `count` visits of it."""
        arrivals = [arrival.beginning(count) for arrival in self.arrivals]
        return Deliveries(arrivals, self.lost[:count], self.duplicated[:count])


class RewardChannel:
    """Carries rewards, and loses, repeats and delays them as the scenario says.

    What happens is drawn for every visit and outcome, whatever the design and the actions shown,
    and each misfortune from a generator of its own.
    """

    def __init__(self, spec: FeedbackSpec, *, outcomes: int, rng: Generator) -> None:
        self._spec = spec
        self._outcomes = outcomes
        self._losing, self._repeating, self._delaying, self._lagging = rng.spawn(4)

    def deliver(self, reports: list[RewardSignal], visits: int) -> Deliveries | None:
        """Return how these rewards travel; None when each visit has one and it arrives at once."""
        if self._spec.is_perfect and all(_is_at_once(report) for report in reports):
            return None
        shape = (visits, self._outcomes)
        lost = _draw_mask(self._spec.lost, self._losing, shape)
        repeated = _draw_mask(self._spec.duplicated, self._repeating, shape)
        delays = _delays(self._spec.delay, self._delaying, shape)
        lags = _delays(self._spec.duplicate_delay, self._lagging, shape)
        feedback = Deliveries([], *np.zeros((2, *reports[0].values.shape), np.int64))
        for report in reports:
            column = np.s_[:, report.column, None]
            first = _send(report, delays[column])
            arriving = first._replace(arrives=first.arrives & ~lost[column])
            again = Delivery(
                first.values, arriving.arrives & repeated[column], first.offsets + lags[column]
            )
            feedback.arrivals.extend([arriving, again] if self._spec.duplicated else [arriving])
            np.add(feedback.lost, first.arrives & lost[column], out=feedback.lost)
            np.add(feedback.duplicated, again.arrives, out=feedback.duplicated)
        return feedback


def _is_at_once(report: RewardSignal) -> bool:
    return report.sent is None and report.offsets is None


def _send(report: RewardSignal, delays: Amounts) -> Delivery:
    """Return a report as it is sent, with nothing lost yet."""
    shape = report.values.shape
    sent = np.ones(shape, dtype=bool) if report.sent is None else report.sent
    known = np.zeros(shape) if report.offsets is None else report.offsets
    return Delivery(report.values, sent, known + delays)


def _draw_mask(share: float, rng: Generator, shape: tuple[int, int]) -> NDArray[np.bool_]:
    return rng.random(shape) < share if share else np.zeros(shape, dtype=bool)


def _delays(spec: Delay | None, rng: Generator, shape: tuple[int, int]) -> Amounts:
    return sample_delays(spec, rng, shape) if spec else np.zeros(shape)
