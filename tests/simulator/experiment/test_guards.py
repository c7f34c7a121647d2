"""What a setting must not make worse, and whom it must not make worse off."""

from pathlib import Path

import pytest

from personalizer_lab import OptionsInvalid, compare
from simulator.experiment.group_differences import group_differences
from tests.helpers.reward_scenarios import write_story

PAID_FOR_SPORTS = """
[outcomes.sold]
chance = 0.0
by_action = { sports = 1.0 }

[rewards.click]
weights = { click = 1.0 }

[rewards.sports]
weights = { sold = 1.0 }
"""
"""One design rewards what readers like, the other one showing sports."""
THIRD_READER = """
[profiles.eve.context]
user = "Eve"

[tastes.by_profile.eve]
politics = 0.45
sports = 0.55
"""


def test_a_setting_that_breaks_a_guardrail_is_not_recommended() -> None:
    """Though it is ahead: exploring less brings more value, and fewer regrets than are allowed."""
    vary = {"exploration": [0.6, 0.1]}

    free = compare("tom-and-anna", vary, seeds=8, rounds=600)
    guarded = compare("tom-and-anna", vary, seeds=8, rounds=600, guards=["click<=0.05"])

    assert free.verdict[0].startswith("Ship exploration=0.1")
    assert guarded.verdict[0].startswith("No recommendation: exploration=0.1 is ahead of")
    assert "but it breaks a guardrail: click<=0.05 (" in guarded.verdict[0]
    assert guarded.results[1].guards[0].verdict == "breaks"


def test_a_guardrail_that_holds_is_said_to_hold() -> None:
    """And one that the seeds leave open is not."""
    comparison = compare(
        "tom-and-anna",
        {"exploration": [0.6, 0.1]},
        seeds=8,
        rounds=600,
        guards=["click>=-0.02", "late-value>=0.3"],
    )

    said = " ".join(comparison.verdict)
    assert comparison.verdict[0].startswith("Ship exploration=0.1")
    assert "The guardrail click>=-0.02 holds: " in said
    assert "The guardrail late-value>=0.3 " in said


@pytest.mark.parametrize(
    ("guard", "message"),
    [
        ("clicks>=-0.02", "--guard: expected one of click, value, late-value, reward, regret"),
        ("click>-0.02", "--guard: expected METRIC>=BOUND or METRIC<=BOUND"),
        ("click>=e", "--guard: expected METRIC>=BOUND"),
        ("click>=1e999", "--guard: expected METRIC>=BOUND"),
    ],
)
def test_a_guardrail_that_is_none_is_refused(guard: str, message: str) -> None:
    """Before anything runs."""
    with pytest.raises(OptionsInvalid, match=message):
        compare("tom-and-anna", {"exploration": [0, 0.1]}, rounds=10, guards=[guard])


def test_who_loses_is_found_in_95_of_100_cases(tmp_path: Path) -> None:
    """Sports is worth more to three readers of four, and the loop is paid to show nothing else."""
    story = write_story(tmp_path, PAID_FOR_SPORTS, rest=THIRD_READER)
    runs = compare(story, {"reward": ["click", "sports"]}, seeds=800, rounds=200, workers=2)
    found = 0
    for start in range(0, 800, 8):
        cells = [runs.findings.metrics[cell][start : start + 8] for cell in (0, 1)]
        groups = group_differences(cells, 0, runs.findings.plan.objective)[1]
        losers = {one.group for one in groups if one.difference.is_below(0.0)}
        found += losers == {"tom"}

    assert found >= 95


def test_groups_by_a_feature_of_the_context_are_named_by_its_values() -> None:
    """With their share of the visits."""
    comparison = compare(
        "tom-and-anna", {"exploration": [0.6, 0.1]}, seeds=8, rounds=400, by="time_of_day"
    )

    groups = comparison.results[1].groups
    assert [group.group for group in groups] == ["afternoon", "morning"]
    assert sum(group.share for group in groups) == pytest.approx(1)


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ("weather", "--by: expected one of profile, "),
        ("sessionDuration", "--by sessionDuration: expected a feature of at most 24 values"),
    ],
)
def test_visits_are_not_grouped_by_what_they_do_not_have(by: str, message: str) -> None:
    """Nor by what has too many values."""
    with pytest.raises(OptionsInvalid, match=message):
        compare("news", {"exploration": [0, 0.1]}, rounds=10, by=by)
