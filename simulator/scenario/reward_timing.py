"""How long after a visit its rewards may come, by what a scenario says."""

from datetime import timedelta
from math import exp, log

from simulator.scenario.model import Scenario
from simulator.scenario.outcomes import Delay, ExponentialDelay, Fixed, LogNormal, UniformDelay
from simulator.scenario.rewards import PythonRewardDesign, RewardSpec

LONGEST_WAIT = timedelta(days=2)
"""The longest reward wait time that the service takes."""
_TAIL = 0.001
"""The share of delays without an end that may be longer than what is said of them."""
_NORMAL_QUANTILE = 3.0902323061678132
"""The 99.9% quantile of the standard normal distribution."""
_MINUTE = timedelta(minutes=1)


def longest_reward_delay(scenario: Scenario, reward: str = "") -> timedelta:
    """Return how long after a visit the last of its rewards comes, at most two days.

    Of delays that have no end, like exponential ones, 99.9% are shorter. `reward` names a design
    of the scenario; empty takes its first.
    """
    design = scenario.rewards[reward or next(iter(scenario.rewards))]
    known = _known_after(scenario, design)
    return min(known + _longest(scenario.feedback.delay), LONGEST_WAIT)


def covering_wait(delay: timedelta, usual: timedelta) -> timedelta:
    """Return a reward wait time in whole minutes in which rewards of that delay still count.

    It is the `usual` one unless that is too short: a reward must come before the wait is over.
    """
    return min(max(usual, (delay // _MINUTE + 1) * _MINUTE), max(usual, LONGEST_WAIT))


def _known_after(scenario: Scenario, design: RewardSpec) -> timedelta:
    """Return how long after a visit its application knows the last reward."""
    if isinstance(design, PythonRewardDesign) or design.combine in {"sum", "last"}:
        return design.wait or timedelta()
    last = max(_outcome_after(scenario, name) for name in design.weights)
    return min(last, design.wait) if design.wait is not None else last


def _outcome_after(scenario: Scenario, name: str) -> timedelta:
    """Return how long after a visit an outcome happens, with the steps before it."""
    outcome = scenario.outcomes[name]
    before = _outcome_after(scenario, outcome.after) if outcome.after else timedelta()
    return min(before + _longest(outcome.delay), LONGEST_WAIT)


def _longest(delay: Delay | None) -> timedelta:
    match delay:
        case None:
            return timedelta()
        case Fixed(fixed=time):
            return time
        case UniformDelay(uniform=(_, high)):
            return high
        case ExponentialDelay(exponential=mean):
            return _times(mean, -log(_TAIL))
        case LogNormal(lognormal=median, spread=spread):
            return _times(median, exp(_NORMAL_QUANTILE * spread))


def _times(duration: timedelta, factor: float) -> timedelta:
    """Return a multiple of a duration; longer than the longest wait is as long as that."""
    seconds = min(duration.total_seconds() * factor, LONGEST_WAIT.total_seconds())
    return timedelta(seconds=seconds)
