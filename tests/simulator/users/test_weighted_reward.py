"""What a reward design makes of outcomes: how much, and when."""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import pytest

from simulator.scenario.rewards import Weighted
from simulator.users.behaviour import OutcomeDraws
from simulator.users.reward_signals import RewardSignal
from simulator.users.weighted_reward import weighted_reward

MINUTE = 60e6


def _draws(amount: float, minutes: float | None = None) -> OutcomeDraws:
    """Return an outcome of one visit with one action; it happened if it amounts to something."""
    return OutcomeDraws(
        np.array([[amount]]),
        np.array([[amount != 0]]),
        None if minutes is None else np.array([[minutes * MINUTE]]),
    )


def _reports(outcomes: Mapping[str, OutcomeDraws], **design: object) -> list[RewardSignal]:
    return weighted_reward(Weighted.model_validate(design), dict(outcomes))


def _sent(report: RewardSignal) -> tuple[float, float] | None:
    """Return a reward and the minutes after which it is sent; None when it is not."""
    if report.sent is not None and not report.sent[0, 0]:
        return None
    moment = 0.0 if report.offsets is None else report.offsets[0, 0] / MINUTE
    return round(float(report.values[0, 0]), 9), moment


def test_a_sum_at_once_is_clipped() -> None:
    """Penalties count too."""
    outcomes = {"click": _draws(1), "read": _draws(1), "leave": _draws(1)}

    assert [_sent(r) for r in _reports(outcomes, weights={"click": 0.5, "leave": -0.25})] == [
        (0.25, 0.0)
    ]
    assert [_sent(r) for r in _reports(outcomes, weights={"click": 0.5, "read": 5.0})] == [
        (1.0, 0.0)
    ]
    assert [_sent(r) for r in _reports(outcomes, weights={"read": 5.0}, clip=[0.0, 2.0])] == [
        (2.0, 0.0)
    ]


LATE = {"click": _draws(1, 1), "buy": _draws(1, 30), "leave": _draws(0, 2)}
WEIGHTS = {"buy": 0.75, "click": 0.5, "leave": -1.0}


@pytest.mark.parametrize(
    ("design", "expected"),
    [
        ({"combine": "sum", "wait": "1h"}, [(1.0, 60.0)]),
        ({"combine": "sum", "wait": "10m"}, [(0.5, 10.0)]),
        ({"combine": "first", "wait": "10m"}, [(0.5, 1.0)]),
        ({"combine": "last", "wait": "1h"}, [(0.75, 60.0)]),
        ({"combine": "last", "wait": "10m"}, [(0.5, 10.0)]),
        ({"combine": "each", "wait": "1h"}, [(0.75, 30.0), (0.5, 1.0), None, None]),
        ({"combine": "each", "wait": "1h", "nothing": "unsent"}, [(0.75, 30.0), (0.5, 1.0), None]),
        ({"wait": "30s", "nothing": -0.1}, [(-0.1, 0.5)]),
        ({"wait": "30s", "nothing": "unsent"}, [None]),
        ({"combine": "first", "wait": "30s", "nothing": -0.1}, [(-0.1, 0.5)]),
        ({"combine": "first", "nothing": "unsent"}, [(0.5, 1.0)]),
        ({"combine": "each", "wait": "30s", "nothing": 0.2}, [None, None, None, (0.2, 0.5)]),
        (
            {"wait": "1h", "half_life": "30m", "clip": [-9, 9]},
            [(0.375 + 0.5 * 0.5 ** (1 / 30), 60.0)],
        ),
    ],
)
def test_late_outcomes_are_combined(
    design: dict[str, object], expected: list[tuple[float, float] | None]
) -> None:
    """What counts is what came until the end of the wait, and what is known early is sent early."""
    reports = [_sent(report) for report in _reports(LATE, weights=WEIGHTS, **design)]

    assert len(expected) == len(reports)
    for wanted, got in zip(expected, reports, strict=True):
        assert got == (wanted and pytest.approx(wanted))


def test_of_outcomes_at_the_same_moment_the_order_of_the_design_decides() -> None:
    """So `last` takes the deepest step of a funnel that takes no time."""
    outcomes = {"click": _draws(1), "read": _draws(1), "share": _draws(0)}
    weights = {"click": 0.1, "read": 0.6, "share": 1.0}

    assert [_sent(r) for r in _reports(outcomes, weights=weights, combine="first")] == [(0.1, 0.0)]
    assert [_sent(r) for r in _reports(outcomes, weights=weights, combine="last")] == [(0.6, 0.0)]


def test_a_half_life_needs_no_wait_of_its_own() -> None:
    """A duration of 0 would divide by nothing."""
    with pytest.raises(ValueError, match="half_life above 0s"):
        Weighted.model_validate({"weights": {"click": 1.0}, "half_life": "0s"})

    assert (
        timedelta(minutes=90)
        == Weighted.model_validate({"weights": {"click": 1.0}, "half_life": "1h30m"}).half_life
    )
