"""An evaluation as one page with pictures."""

import shlex
from collections.abc import Iterator, Sequence
from datetime import timedelta
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import altair as alt

from mock_service.errors import EvaluationOptionsInvalid
from mock_service.evaluation.estimators import Estimate, Estimator
from mock_service.evaluation.evaluate_log import SearchResult
from mock_service.evaluation.evaluator import PolicyEvaluation
from mock_service.evaluation.log_report import EvaluationReport
from mock_service.evaluation.pages import PagesEvaluation
from mock_service.evaluation.policies import ActionProbabilities
from mock_service.evaluation.recommendation import span
from mock_service.evaluation.time_series import expanding
from mock_service.evaluation.windows import reward_series
from mock_service.reports.page import Chart, Page, PageTable, Section, write_page, write_pictures

_ROW = 34
_COLOUR = "#3b82d6"
_FEATURES = 20
_POINTS = 200
_STEPS = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))


def write_report(evaluated: EvaluationReport, folder: Path, arguments: Sequence[str]) -> None:
    """Write ``report.html`` and its pictures; `arguments` are the command's, to have it again.

    Raises:
        EvaluationOptionsInvalid: the folder cannot be written to.
    """
    page = report_page(evaluated, arguments)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_page(page, folder / "report.html")
        write_pictures(page, folder)
    except OSError as error:
        raise EvaluationOptionsInvalid(
            f"--out: cannot write to {folder}: {error.strerror}"
        ) from error


def report_page(evaluated: EvaluationReport, arguments: Sequence[str]) -> Page:
    """Return the page: the verdict, who would have earned what, and why."""
    return Page(
        title="Would another policy have done better?",
        subtitle=evaluated.headline,
        verdict=evaluated.words,
        sections=tuple(_sections(evaluated)),
        command=shlex.join(["personalizer-lab", *arguments]),
        versions=tuple((name, version(name)) for name in ("personalizer-lab", "vowpalwabbit")),
    )


def _sections(evaluated: EvaluationReport) -> Iterator[Section]:
    study = evaluated.study
    yield Section(
        "What each policy would have earned",
        (
            _intervals("earned", "Mean reward a decision", study.verdicts),
            _metrics(study.verdicts),
        ),
        text=_ALL_DECISIONS if evaluated.found else (),
    )
    if evaluated.found is not None:
        verdicts = (*evaluated.found.best, *evaluated.found.others)
        yield Section(
            "What the search found",
            (
                _intervals("searched", "Mean reward a held-out decision", verdicts),
                _metrics(verdicts),
                _arguments(evaluated.found.best),
            ),
            text=(_how_searched(evaluated.found),),
        )
    if study.pages is not None:
        yield Section("What whole pages would have earned", (_pages_table(study.pages),))
    history = list(_history(study.acted, evaluated))
    if history:
        yield Section("As the log grew", (_growth(history),))
    if study.importance:
        yield Section("What choices hang on", (_importance(evaluated),))


_ALL_DECISIONS = (
    (
        "These figures are of all decisions. What to do is decided by those that the search has "
        "not seen."
    ),
)


def _how_searched(found: SearchResult) -> str:
    return (
        f"{found.trials:,} policies were compared on the earlier {found.decisions:,} decisions, "
        "and the best were judged on the later ones, which no choice between them had seen."
    )


def _intervals(name: str, title: str, verdicts: Sequence[PolicyEvaluation]) -> Chart:
    rows = [
        {"policy": one.policy.name, **_ends(one.best_estimate)}
        for one in verdicts
        if one.best_estimate.low is not None
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("policy:N", title=None, sort=None, axis=alt.Axis(domain=False, ticks=False)),
        tooltip=[alt.Tooltip("policy:N"), *_numbers("value", "low", "high")],
    )
    bars = base.mark_rule(strokeWidth=3, strokeCap="round", color=_COLOUR).encode(
        x=alt.X("low:Q", title="mean reward", scale=alt.Scale(zero=False)), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=110, opacity=1, color=_COLOUR).encode(x="value:Q")
    chart = (bars + points).properties(height=max(120, _ROW * len(rows)))
    return Chart(name, title, chart.to_dict(), "The bars are 95% confidence intervals.")


def _ends(estimate: Estimate) -> dict[str, float | None]:
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}


def _numbers(*names: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{name}:Q", format=".4f") for name in names]


def _metrics(verdicts: Sequence[PolicyEvaluation]) -> PageTable:
    return PageTable(
        (
            *("policy", "mean reward", "more than online", "on its own"),
            *(name.value for name in Estimator),
            *("bootstrap of ips", "empirical likelihood", "anytime-valid ips"),
            *("anytime-valid dr", "anytime-valid more than online"),
            *("effective decisions", "largest weight"),
        ),
        [
            (
                one.policy.name,
                span(one.best_estimate),
                span(one.uplift, signed=True),
                "" if one.replay is None else span(one.replay.mean_reward),
                *(span(one.estimates[name]) for name in Estimator),
                span(one.intervals.bootstrap),
                span(one.intervals.empirical_likelihood),
                span(one.intervals.anytime),
                span(one.intervals.anytime_dr),
                span(one.intervals.anytime_uplift, signed=True),
                f"{one.overlap.effective:,.0f}",
                f"{one.overlap.largest_weight:,.1f}",
            )
            for one in verdicts
        ],
        "The intervals of what is more than online hold for all policies together. Those called "
        "anytime-valid may be looked at as often as one likes; each holds by itself. A policy that "
        "learns has learned from all decisions of the log; on its own, only from those that a "
        "replay accepts.",
    )


def _pages_table(pages: PagesEvaluation) -> PageTable:
    slots = max((len(one.slots) for one in pages.policies), default=0)
    return PageTable(
        (
            *("policy", "per decision", "more than online", "pseudo-inverse", "more than online"),
            *(f"slot {number + 1}" for number in range(slots)),
        ),
        [
            (
                one.policy.name,
                span(one.per_decision.mean_reward),
                span(one.per_decision.uplift, signed=True),
                span(one.pseudo_inverse.mean_reward),
                span(one.pseudo_inverse.uplift, signed=True),
                *(span(slot.mean_reward) for slot in one.slots),
            )
            for one in pages.policies
        ],
        f"Mean reward of {pages.pages:,} pages. By per-decision importance sampling a slot's "
        "reward counts by the weights of that slot and all before it; the pseudo-inverse takes "
        "slots as chosen independently. A dash stands where the log shows too little.",
    )


def _arguments(verdicts: Sequence[PolicyEvaluation]) -> PageTable:
    return PageTable(
        ("policy", "Vowpal Wabbit arguments"),
        [(one.policy.name, one.policy.arguments) for one in verdicts],
        "Give the arguments to personalizer-lab serve --policy, or apply the policy by its name.",
        words=frozenset({0, 1}),
    )


def _history(
    acted: Sequence[ActionProbabilities], evaluated: EvaluationReport
) -> Iterator[dict[str, object]]:
    """Yield what was known of each policy as the log grew, at no more than `_POINTS` times."""
    times = [one.at for one in evaluated.study.logged.events if one.at is not None]
    if not times:
        return
    step = next((s for s in _STEPS if (times[-1] - times[0]) / s <= _POINTS), _STEPS[-1])
    for one in acted:
        windows = expanding(reward_series(one, evaluated.study.logged), step)
        for window in islice(windows, 1, None):
            yield {
                "policy": one.policy.name,
                "time": window.at.isoformat(),
                "value": window.sums.mean,
                "low": window.sums.mean - window.sums.half_width,
                "high": window.sums.mean + window.sums.half_width,
            }


def _growth(rows: Sequence[dict[str, object]]) -> Chart:
    base = alt.Chart(alt.Data(values=list(rows))).encode(
        x=alt.X("time:T", title=None), color=alt.Color("policy:N", title=None)
    )
    band = base.mark_area(opacity=0.15).encode(
        y=alt.Y("low:Q", title="mean reward", scale=alt.Scale(zero=False)), y2="high:Q"
    )
    line = base.mark_line(strokeWidth=2.2).encode(
        y="value:Q",
        tooltip=[alt.Tooltip("policy:N"), *_numbers("value", "low", "high")],
    )
    return Chart(
        "growth",
        "Mean reward of everything until then",
        (band + line).properties(height=280).to_dict(),
        "By inverse propensities, with 95% intervals; their ends are for one look, not for many.",
    )


def _importance(evaluated: EvaluationReport) -> Chart:
    rows = [
        {"feature": str(one.feature), "score": one.score}
        for one in evaluated.study.importance[:_FEATURES]
    ]
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(color=_COLOUR)
        .encode(
            y=alt.Y("feature:N", title=None, sort=None),
            x=alt.X("score:Q", title="importance"),
            tooltip=[alt.Tooltip("feature:N"), *_numbers("score")],
        )
        .properties(height=max(120, 24 * len(rows)))
    )
    return Chart(
        "importance",
        "How much choices move without a feature",
        chart.to_dict(),
        "For a policy that learned from all of the log; 1 is the feature that matters most.",
    )
