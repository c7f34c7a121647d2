"""What a learning policy's words say about how it learns."""

from collections.abc import Iterator
from itertools import pairwise, permutations
from math import inf

from mock_service.vowpal.policy_arguments import is_plain_epsilon_greedy

_ANYTHING = ":"
_CROSSING = frozenset({"-q", "--quadratic", "--cubic", "--interactions"})
_RATE = frozenset({"-l", "--learning_rate"})
_TRAINED_EVENTS_TIMES_RATE = 5.0
"""In the shipped news scenario a rate of 0.001 levels out after 5,000 lessons."""
_SMALLEST_RATE = 1e-12
_MIN_TRAINED_EVENTS = 100
"""What Vowpal Wabbit's own adaptive rate takes there."""


def crosses(policy: str, context: frozenset[str]) -> bool:
    """Say whether a context's features, in namespaces of these initials, meet actions' features."""
    return any(
        (one in context or one == _ANYTHING) and (other not in context or other == _ANYTHING)
        for namespaces in _values(policy, _CROSSING)
        for one, other in permutations(namespaces, 2)
    )


def learning_rate(policy: str) -> float | None:
    """Return the learning rate a policy asks for; None if it leaves that to Vowpal Wabbit."""
    rates = [_rate(value) for value in _values(policy, _RATE)]
    return rates[-1] if rates else None


def _rate(value: str) -> float | None:
    """Return a rate that a model can learn with; an endpoint's policy may say anything."""
    try:
        rate = float(value)
    except ValueError:
        return None
    return rate if _SMALLEST_RATE <= rate < inf else None


def trained_events_needed(policy: str) -> int:
    """Return after about how many lessons one can see that the policy learns."""
    rate = learning_rate(policy)
    return (
        max(_MIN_TRAINED_EVENTS, round(_TRAINED_EVENTS_TIMES_RATE / rate))
        if rate
        else _MIN_TRAINED_EVENTS
    )


def explores_with_epsilon(policy: str) -> bool:
    """Say whether the exploration percentage is what makes the policy explore."""
    return is_plain_epsilon_greedy(policy)


def _values(policy: str, options: frozenset[str]) -> Iterator[str]:
    words = policy.replace("=", " ").split()
    for option, value in pairwise(words):
        if option in options:
            yield value
