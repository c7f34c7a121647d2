"""What makes a comparison mean less is said, and voids the verdict where nothing is left of it."""

import json
from pathlib import Path

import pytest
from markupsafe import escape

from personalizer_lab import OptionsInvalid, compare
from simulator.report.comparison_charts import differences
from simulator.report.notebook import Comparison
from tests.helpers.command_line import command
from tests.helpers.reward_scenarios import (
    ALL_AT_ONCE,
    BY_PURCHASE,
    LATE_PURCHASE,
    TWO_DESIGNS,
    write_story,
)


def _kinds(comparison: Comparison) -> list[str]:
    return [warning.kind for warning in comparison.warnings]


def test_a_design_that_waits_ten_minutes_loses_nothing_by_default(tmp_path: Path) -> None:
    """The loop's wait covers the design's: a minute more costs no more than a minute's visits."""
    story = write_story(tmp_path, TWO_DESIGNS)

    comparison = compare(story, {"reward": ["nine", "ten"]}, seeds=5, rounds=600)

    assert "late-rewards" not in _kinds(comparison)
    difference = comparison.results[1].difference
    assert difference is not None
    assert abs(difference.estimate) < 0.02
    assert min(result.late_value for result in comparison.results) > 0.7


def test_a_wait_chosen_too_short_is_said_and_leaves_no_verdict(tmp_path: Path) -> None:
    """With the share that was lost, why, and what would cover it."""
    story = write_story(tmp_path, TWO_DESIGNS)
    vary = {"reward": ["nine", "ten"], "reward-wait-time": ["10m"]}

    comparison = compare(story, vary, seeds=5, rounds=600)

    assert comparison.verdict[0].startswith("No verdict: ")
    assert comparison.as_dict()["best"] is None
    warning = comparison.warnings[0]
    assert (warning.kind, warning.voids_verdict) == ("late-rewards", True)
    assert warning.message.startswith("reward=ten: 3,000 of 3,000 rewards (100.0%) came after")
    assert "a wait of 11m covers them" in warning.message
    difference = comparison.results[1].difference
    assert difference is not None
    assert difference.excludes_zero
    assert '"verdict": "worse"' not in json.dumps(differences(comparison.findings).spec)


def test_a_purchase_after_six_hours_is_learned_by_default(tmp_path: Path) -> None:
    """And with ten minutes it is not, which is said."""
    story = write_story(tmp_path, BY_PURCHASE, outcomes=LATE_PURCHASE, per_hour=60)

    right = compare(story, {"exploration": [0.1, 0.2]}, seeds=5, rounds=1000)
    wrong = compare(
        story, {"exploration": [0.1, 0.2], "reward-wait-time": ["10m"]}, seeds=5, rounds=1000
    )

    assert "late-rewards" not in _kinds(right)
    assert right.best.late_value > 1.4  # of 1.8 at most; blind choice brings 1.0
    assert wrong.best.late_value < 1.2
    assert wrong.verdict[0].startswith("No verdict: ")


def test_where_the_wait_itself_is_compared_what_it_loses_is_the_answer(tmp_path: Path) -> None:
    """The warning stands, and so does the verdict."""
    story = write_story(tmp_path, BY_PURCHASE, outcomes=LATE_PURCHASE, per_hour=60)

    comparison = compare(story, {"reward-wait-time": ["10m", "7h"]}, seeds=5, rounds=1000)

    assert comparison.verdict[0].startswith("Ship reward-wait-time=7h")
    assert [(w.kind, w.voids_verdict) for w in comparison.warnings] == [("late-rewards", False)]


@pytest.mark.parametrize(
    ("vary", "why"),
    [
        (
            {"policy": ["quick", "--cb_explore_adf --epsilon 0.4 --cb_type mtr -q ::"]},
            "they describe one and the same loop (the exploration that was given replaces",
        ),
        ({"model-export-frequency": ["1m", "5m"]}, "quick mode waits for no export"),
        ({"reward-wait-time": ["10m", "20m"]}, "every reward came before the shorter wait"),
        ({"default-reward": [0, 0.5]}, "no event settled in silence"),
        ({"aggregation": ["max", "sum"]}, "no event's rewards came to anything else"),
    ],
)
def test_settings_that_make_the_same_runs_are_noticed(
    vary: dict[str, list[str | float]], why: str
) -> None:
    """With the reason, and without asking for more seeds."""
    choices: dict[str, list[str | float]] = {**vary, "exploration": [0.2]}

    comparison = compare("tom-and-anna", choices, seeds=5, rounds=100)

    assert "are the same runs, because " in comparison.warnings[0].message
    assert why in comparison.warnings[0].message
    assert comparison.verdict == [
        "No verdict: the runs cannot tell these settings apart, as the warnings say."
    ]


def test_two_policies_with_different_epsilons_differ() -> None:
    """A policy's own rate counts where no other is given."""
    policies = [f"--cb_explore_adf --epsilon {e} --cb_type mtr -q ::" for e in ("0", "0.8")]

    comparison = compare("tom-and-anna", {"policy": policies}, seeds=5, rounds=200)

    assert not comparison.warnings


def test_some_settings_may_be_the_same_runs_beside_others_that_are_not() -> None:
    """It is said, and the verdict stands."""
    vary = {"exploration": ["0", "1"], "model-export-frequency": ["1m", "5m"]}

    comparison = compare("tom-and-anna", vary, seeds=8, rounds=400)

    assert _kinds(comparison) == ["same-runs", "same-runs"]
    assert comparison.verdict[0].startswith(("Ship", "Keep", "Undecided"))


def test_a_run_in_which_nothing_was_learned_has_no_verdict() -> None:
    """In azure mode the first export comes after the wait: 30 visits are over before."""
    comparison = compare(
        "tom-and-anna", {"exploration": [0.1, 0.4], "mode": ["azure"]}, seeds=5, rounds=30
    )

    assert "learned-nothing" in _kinds(comparison)
    assert comparison.verdict[0].startswith("No verdict: ")


def test_lost_rewards_are_counted(tmp_path: Path) -> None:
    """They are the scenario's own, so that the verdict stands."""
    story = write_story(
        tmp_path, "[rewards.click]\nweights = { click = 1.0 }", rest="[feedback]\nlost = 0.25"
    )

    comparison = compare(story, {"exploration": [0.1, 0.4]}, seeds=5, rounds=400)

    assert _kinds(comparison)[-1] == "lost-rewards"
    assert "never arrived, as the scenario's feedback.lost says" in comparison.warnings[-1].message
    assert not any(warning.voids_verdict for warning in comparison.warnings)


def test_drifts_and_departures_that_no_run_reaches_are_said(tmp_path: Path) -> None:
    """With when they come, and when the run ends."""
    changes = """
[[drifts]]
at = "2h"
[drifts.tastes.by_profile.tom]
politics = 0.1
"""
    story = write_story(tmp_path, "[rewards.click]\nweights = { click = 1.0 }", rest=changes)

    short = compare(story, {"exploration": [0.1, 0.4]}, seeds=5, rounds=300)
    long = compare(story, {"exploration": [0.1, 0.4]}, seeds=5, rounds=1500)

    assert _kinds(short) == ["not-reached"]
    assert short.warnings[0].message.startswith("drift 1 begins after 2h, and the run ends at day")
    assert not long.warnings


@pytest.mark.parametrize(
    ("policy", "parameter"),
    [
        ("squarecb", "--gamma_scale"),
        ("softmax", "--lambda"),
        ("regcb", "--mellowness"),
        ("rnd", "--rnd_alpha"),
        ("cover", "the number after --cover"),
        ("bag", "the number after --bag"),
        ("first", "the number after --first"),
    ],
)
def test_exploration_for_a_policy_without_a_rate_names_what_to_vary(
    policy: str, parameter: str
) -> None:
    """Its runs would all be the same ones."""
    with pytest.raises(OptionsInvalid, match=f"{policy} has no rate of exploration: vary") as error:
        compare("news", {"policy": [policy], "exploration": [0.1, 0.2]}, seeds=5, rounds=20)

    assert parameter in str(error.value)


@pytest.mark.parametrize("seeds", [2, 4])
def test_a_few_seeds_give_figures_and_no_verdict(seeds: int) -> None:
    """Nothing is called better, and no setting has a share of being the best."""
    comparison = compare("news", {"exploration": [0, 0.2]}, seeds=seeds, rounds=300)

    (sentence,) = comparison.verdict
    assert sentence == (
        f"No verdict: {seeds} seeds are too few to judge by, so these are figures only. Go on with "
        "--resume --seeds 8, or more; 5 are the least."
    )
    assert [result.best_probability for result in comparison.results] == [None, None]
    assert not any(r.difference and r.difference.excludes_zero for r in comparison.results)


def test_every_warning_stands_on_the_terminal_in_json_and_in_the_report(tmp_path: Path) -> None:
    """One that voids the verdict comes first; a program finds its kind."""
    story = write_story(
        tmp_path, BY_PURCHASE, outcomes=LATE_PURCHASE, per_hour=60, rest=ALL_AT_ONCE
    )
    vary = {"exploration": ["0", "0.2"], "reward-wait-time": ["10m"], "mode": ["azure"]}
    vary["model-export-frequency"] = ["2d"]

    comparison = compare(story, vary, seeds=5, rounds=100, out=tmp_path / "out")
    resumed = compare(story, vary, seeds=6, rounds=100, out=tmp_path / "out", resume=True)

    kinds = set(_kinds(resumed))
    assert kinds == {
        "same-runs",
        "late-rewards",
        "learned-nothing",
        "lost-rewards",
        "not-reached",
        "looked-before",
    }
    document = json.loads((tmp_path / "out" / "summary.json").read_text())
    page = (tmp_path / "out" / "report.html").read_text()
    terminal = " ".join(str(resumed).split())
    for warning in resumed.warnings:
        assert " ".join(f"Warning: {warning.message}".split()) in terminal
        assert str(escape(warning.message)) in page
        assert {"kind": warning.kind, "message": warning.message} == {
            key: value
            for key, value in document["warnings"][resumed.warnings.index(warning)].items()
            if key != "voids_verdict"
        }
    assert not _kinds(comparison).count("looked-before")


@pytest.mark.parametrize("as_json", [False, True])
def test_a_run_alone_is_warned_of_too(tmp_path: Path, *, as_json: bool) -> None:
    """On the terminal, and in JSON with a line on stderr."""
    story = write_story(tmp_path, TWO_DESIGNS)
    flags = ("--json",) if as_json else ()

    ended = command("simulate", story, "--reward", "ten", "--wait", "10m", "--rounds", "50", *flags)

    said = "Warning: 50 of 50 rewards (100.0%) came after the loop's wait of 10m was over"
    assert said in " ".join((ended.err if as_json else ended.out).split())
    if as_json:
        assert [w["kind"] for w in json.loads(ended.out)["warnings"]] == [
            "late-rewards",
            "learned-nothing",
        ]
