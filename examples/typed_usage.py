"""What personalizer-lab offers to typed Python: everything here is checked by mypy in strict mode.

Run it: ``python examples/typed_usage.py``.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from personalizer_lab import (
    Calls,
    Comparison,
    LocalPersonalizer,
    Mode,
    PolicyAction,
    PythonPolicy,
    RecordedDecision,
    Simulation,
    compare,
    simulate,
)


def mean_reward(scenario: str, exploration: float) -> float:
    """Return what a visit earns on average, in the reward's unit."""
    simulation: Simulation = simulate(scenario, rounds=300, exploration=exploration)
    return simulation.summary.mean_reward or 0.0


def best_setting(scenario: str) -> str:
    """Return the exploration rate that a short comparison recommends, in words."""
    comparison: Comparison = compare(
        scenario, {"exploration": [0.0, 0.2]}, seeds=8, rounds=200, workers=1
    )
    return comparison.verdict[0]


class Mobile:
    """A policy of one's own: shows what has a video to those on a mobile."""

    def predict(
        self, context: Mapping[str, object], actions: Sequence[PolicyAction]
    ) -> list[float]:
        """Give the actions that fit the probability, in equal shares."""
        mobile = context.get("deviceType") == "mobile"
        fits = [bool(action.features.get("hasVideo")) == mobile for action in actions]
        return [fit / sum(fits) for fit in fits] if any(fits) else [1 / len(fits)] * len(fits)

    def learn(self, *_: object) -> None:
        """Learn nothing."""


def own_policy_reward(policy: PythonPolicy) -> float:
    """Return what a visit earns on average with the class of a policy."""
    return simulate("news", rounds=300, policy=type(policy)).summary.mean_reward or 0.0


def watch_a_client() -> tuple[Calls, tuple[RecordedDecision, ...]]:
    """Return the calls that a client made, and the decisions it was answered."""
    with LocalPersonalizer(mode=Mode.AZURE, exploration=0.1) as personalizer:
        personalizer.advance(timedelta(minutes=10))
        return personalizer.calls, personalizer.decisions


if __name__ == "__main__":
    print(f"mean reward: {mean_reward('news', 0.2):.3f}")
    print(best_setting("news"))
    print(f"own policy: {own_policy_reward(Mobile()):.3f}")
    calls, decisions = watch_a_client()
    print(f"{len(calls)} calls, {len(decisions)} decisions")
