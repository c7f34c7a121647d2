"""Exploration that changes: in a straight line or a step, by visits or by time."""

from datetime import timedelta

import numpy as np
import pytest

from personalizer_lab import OptionsInvalid, compare, simulate
from simulator.personalizer.exploration_schedule import ExplorationSchedule, parse_exploration

NOW = timedelta()


@pytest.mark.parametrize(
    ("text", "visits", "rates"),
    [
        ("0.4->0.05@1000", (0, 500, 1000, 9999), (0.4, 0.225, 0.05, 0.05)),
        ("0.4|0.05@1000", (0, 999, 1000), (0.4, 0.4, 0.05)),
        ("0 -> 1 @ 4", (0, 1, 2, 3, 4), (0.0, 0.25, 0.5, 0.75, 1.0)),
    ],
)
def test_a_schedule_by_visits(text: str, visits: list[int], rates: list[float]) -> None:
    """From its first rate to its last."""
    schedule = parse_exploration(text)

    assert isinstance(schedule, ExplorationSchedule)
    assert [schedule.rate(visit, NOW) for visit in visits] == pytest.approx(rates)


def test_a_schedule_by_time() -> None:
    """On the scenario's clock, however many visits come."""
    schedule = parse_exploration("0.4->0@2h")

    assert isinstance(schedule, ExplorationSchedule)
    assert schedule.rate(99_999, timedelta(hours=1)) == pytest.approx(0.2)
    assert schedule.rate(0, timedelta(hours=3)) == 0


@pytest.mark.parametrize(
    "text",
    ["2", "-0.1", "nan", "0.4->", "0.4->2@9", "0.4|0.1@0", "0.4->0.1@-5", "x", "0.4->0.1@1.5"],
)
def test_what_is_no_rate_and_no_schedule_is_refused(text: str) -> None:
    """With what would be one."""
    with pytest.raises(OptionsInvalid, match="exploration: expected a"):
        compare("news", {"exploration": [text]}, seeds=5, rounds=10)


def test_a_constant_schedule_makes_the_decisions_of_the_constant_rate() -> None:
    """The same draws, and probabilities that differ by no more than single precision."""
    comparison = compare("news", {"exploration": ["0.2", "0.2|0.2@1000"]}, seeds=5, rounds=300)
    steady, scheduled = comparison.findings.metrics

    same = np.mean(
        [one.mean_value == other.mean_value for one, other in zip(steady, scheduled, strict=True)]
    )

    assert same >= 0.8


def test_a_schedule_that_ends_at_no_exploration_shows_only_favourites_then() -> None:
    """And explores before: the value goes up when it stops."""
    rising = simulate("news", rounds=2000, exploration="1|0@1000").summary.curve
    before, after = rising[:20], rising[-19:]

    assert max(point.mean_value for point in before) < min(p.mean_value for p in after)


@pytest.mark.slow
def test_a_schedule_beats_every_constant_rate_where_brute_force_says_so() -> None:
    """Explore much at first and little later: ahead of each of eight rates, over 40 seeds."""
    rates = ["0.4->0.05@1000", "0", "0.01", "0.02", "0.05", "0.1", "0.15", "0.2", "0.4"]
    comparison = compare("tom-and-anna", {"exploration": rates}, seeds=40, rounds=4000, workers=2)

    assert comparison.best.setting.level("exploration") == "0.4->0.05@1000"
    assert comparison.verdict[0].startswith(("Keep exploration=0.4->0.05@1000", "Ship"))
