"""The pictures of a comparison, as Vega-Lite specifications."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray
from scipy import special

from mock_service.reports.page import Chart
from mock_service.reports.palette import colours, in_order
from simulator.experiment.comparison import ComparisonResult
from simulator.experiment.metrics import RunMetrics
from simulator.experiment.statistics import CONFIDENCE
from simulator.report.comparison_tables import verdict_text
from simulator.report.drift_marks import drift_marks

_TALL = 300
_ROW = 34
_TICKS = 8
_MAX_LINES = 8
_NAMES = alt.Axis(domain=False, ticks=False, labelPadding=8)
Spec = dict[str, Any]
Curve = Callable[[RunMetrics], list[float]]


def comparison_charts(findings: ComparisonResult) -> list[Chart]:
    """Return the pictures that show how the settings compare, the most telling first."""
    return [differences(findings), learning_curves(findings), regret_curves(findings)]


def differences(findings: ComparisonResult) -> Chart:
    """Draw every setting's difference to the baseline with its interval."""
    rows = [
        {
            "setting": result.label,
            "difference": result.difference.estimate if result.difference else 0.0,
            "low": result.difference.low if result.difference else 0.0,
            "high": result.difference.high if result.difference else 0.0,
            "verdict": "baseline"
            if result.difference is None
            else verdict_text(findings, result.difference),
        }
        for result in findings.results
    ]
    title = f"difference in {findings.plan.objective.about}"
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("setting:N", title=None, sort=None, axis=_NAMES),
        color=alt.Color(
            "verdict:N",
            title=None,
            scale=alt.Scale(domain=list(_CALLS), range=list(_CALLS.values())),
        ),
        tooltip=[
            alt.Tooltip("setting:N"),
            *(alt.Tooltip(f"{name}:Q", format=".4f") for name in ("difference", "low", "high")),
        ],
    )
    zero = alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(strokeDash=[4, 4]).encode(x="zero:Q")
    bars = base.mark_rule(strokeWidth=3, strokeCap="round").encode(
        x=alt.X("low:Q", title=title, axis=alt.Axis(tickCount=_TICKS)), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=110, opacity=1).encode(x="difference:Q")
    chart = (zero + bars + points).properties(height=max(120, _ROW * len(rows)))
    return Chart(
        "differences",
        f"Difference to {findings.baseline.label}",
        _spec(chart),
        "Paired by seed. The bars are 95% confidence intervals that hold for all settings at once: "
        "a bar that misses zero is a difference.",
    )


def learning_curves(findings: ComparisonResult) -> Chart:
    """Draw what was earned by visit, with bands, below the line of what could be."""
    best = _ceiling(findings)
    line = (
        alt.Chart(alt.Data(values=best))
        .mark_line(strokeDash=[5, 4], color="#8a95a1", interpolate="monotone")
        .encode(x="visit:Q", y="value:Q", tooltip=[alt.Tooltip("value:Q", format=".4f")])
    )
    bands = _bands(findings, lambda run: run.curve_value, "true value per visit")
    chart = alt.layer(line, bands, *drift_marks(findings)).properties(height=_TALL)
    drifts = " Dotted lines mark where tastes drift." if drift_marks(findings) else ""
    return Chart(
        "learning",
        "What each visit was worth",
        _spec(chart),
        _band_caption(findings)
        + f" The dashed line is what the best actions would have been worth.{drifts}",
    )


def regret_curves(findings: ComparisonResult) -> Chart:
    """Draw the regret that has piled up by visit."""
    bands = _bands(findings, lambda run: run.curve_regret, "cumulative regret")
    chart = alt.layer(bands, *drift_marks(findings)).properties(height=_TALL)
    return Chart(
        "regret",
        "What was missed so far",
        _spec(chart),
        "Regret is the worth of the best action less that of the shown one, summed over visits. "
        + _band_caption(findings),
    )


def action_mix(findings: ComparisonResult) -> list[Chart]:
    """Draw for each profile in which share of visits each action was shown."""
    of = "slots" if findings.plan.scenario.slots else "visits"
    return [
        _mix(findings, _slug("actions", number, name), name, of, partial(_by_profile, number))
        for number, name in enumerate(findings.plan.scenario.profiles)
    ]


def slot_mix(findings: ComparisonResult) -> list[Chart]:
    """Draw for each slot of a page in which share of visits each action stood there."""
    ids = [slot.id for slot in findings.plan.scenario.slots]
    return [
        _mix(findings, _slug("slot", number, id_), id_, "visits", partial(_by_slot, number))
        for number, id_ in enumerate(ids)
    ]


def _by_profile(profile: int, run: RunMetrics) -> list[int]:
    return run.shown[profile]


def _by_slot(slot: int, run: RunMetrics) -> list[int]:
    return run.slots[slot].shown


def _slug(kind: str, number: int, name: str) -> str:
    """Return what to call a file that is about the `number`-th of its kind."""
    return f"{kind}-{number + 1}-{re.sub(r'[^A-Za-z0-9_-]+', '-', name)}"


def _mix(
    findings: ComparisonResult,
    slug: str,
    title: str,
    of: str,
    counts: Callable[[RunMetrics], list[int]],
) -> Chart:
    actions = findings.plan.scenario.action_ids
    chosen = _select_settings(findings)
    rows = [
        {"setting": findings.results[cell].label, "action": action, "share": share, "order": order}
        for cell in chosen
        for order, (action, share) in enumerate(
            zip(actions, _shares(findings.metrics[cell], counts), strict=True)
        )
    ]
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar()
        .encode(
            y=alt.Y("setting:N", title=None, sort=None, axis=_NAMES),
            x=alt.X(
                "share:Q",
                title=f"share of {of}",
                axis=alt.Axis(format="%", tickCount=5),
                scale=alt.Scale(domain=[0, 1]),
            ),
            color=alt.Color(
                "action:N",
                title=None,
                scale=alt.Scale(domain=actions, range=colours(len(actions), ordered=False)),
                legend=alt.Legend(symbolType="square"),
            ),
            order="order:Q",
            tooltip=["setting:N", "action:N", alt.Tooltip("share:Q", format=".1%")],
        )
        .properties(height=max(100, 26 * len(chosen)))
    )
    return Chart(slug, title, _spec(chart))


def _shares(runs: tuple[RunMetrics, ...], counts: Callable[[RunMetrics], list[int]]) -> list[float]:
    total = np.sum([counts(run) for run in runs], axis=0)
    shares: list[float] = (total / max(1, total.sum())).round(4).tolist()
    return shares


def _bands(
    findings: ComparisonResult, column: Curve, title: str
) -> alt.LayerChart | alt.FacetChart:
    shown = [findings.results[cell].label for cell in _select_settings(findings)]
    rows = list(_points(findings, column))
    levels = [findings.plan.settings[cell].levels for cell in _select_settings(findings)]
    ordered = all(len(level) == 1 for level in levels) and in_order([v[0][1] for v in levels])
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("visit:Q", title="visits", axis=alt.Axis(format=",d", tickCount=6)),
        color=alt.Color(
            "setting:N",
            title=None,
            scale=alt.Scale(domain=shown, range=colours(len(shown), ordered=ordered)),
            legend=alt.Legend(symbolType="stroke", symbolStrokeWidth=3, symbolOpacity=1),
        ),
    )
    picked = alt.selection_point(fields=["setting"], bind="legend")
    band = base.mark_area(interpolate="monotone").encode(
        y=alt.Y("low:Q", title=title, scale=alt.Scale(zero=False)),
        y2="high:Q",
        opacity=alt.when(picked).then(alt.value(0.18)).otherwise(alt.value(0.03)),
    )
    line = base.mark_line(strokeWidth=2.2, interpolate="monotone").encode(
        y=alt.Y("value:Q", title=title),
        opacity=alt.when(picked).then(alt.value(1)).otherwise(alt.value(0.15)),
        tooltip=[
            "setting:N",
            alt.Tooltip("visit:Q", format=",d"),
            *(alt.Tooltip(f"{name}:Q", format=".4f") for name in ("value", "low", "high")),
        ],
    )
    return alt.layer(band, line.add_params(picked))


def _points(findings: ComparisonResult, column: Curve) -> Iterator[dict[str, object]]:
    for cell in _select_settings(findings):
        runs = findings.metrics[cell]
        curves = np.array([column(run) for run in runs])
        mean, half = curves.mean(axis=0), _half_width(curves)
        for end, middle, around in zip(runs[0].curve_ends, mean, half, strict=True):
            yield {
                "setting": findings.results[cell].label,
                "visit": end,
                "value": round(float(middle), 5),
                "low": round(float(middle - around), 5),
                "high": round(float(middle + around), 5),
            }


def _half_width(curves: NDArray[np.float64]) -> NDArray[np.float64]:
    seeds = len(curves)
    t = special.stdtrit(seeds - 1, (1 + CONFIDENCE) / 2)
    half: NDArray[np.float64] = t * curves.std(axis=0, ddof=1) / np.sqrt(seeds)
    return half


def _ceiling(findings: ComparisonResult) -> list[dict[str, float]]:
    runs = findings.metrics[findings.plan.baseline]
    mean = np.mean([run.curve_best for run in runs], axis=0)
    return [
        {"visit": end, "value": round(float(value), 5)}
        for end, value in zip(runs[0].curve_ends, mean, strict=True)
    ]


def _select_settings(findings: ComparisonResult) -> list[int]:
    """Return the settings that are drawn: all, or those of highest objective and the baseline."""
    cells = sorted(range(len(findings.results)), key=lambda i: -findings.results[i].objective)
    kept = cells[:_MAX_LINES]
    if findings.plan.baseline not in kept:
        kept[-1] = findings.plan.baseline
    return sorted(kept)


def _band_caption(findings: ComparisonResult) -> str:
    left_out = len(findings.results) - len(_select_settings(findings))
    more = f" Of all settings {left_out} of lower value are left out." if left_out else ""
    seeds = len(findings.plan.seeds)
    return f"Means over {seeds} seeds; the bands are 95% confidence intervals of the mean.{more}"


_CALLS = {
    "better": "#2a9d78",
    "worse": "#d6504c",
    "not told apart": "#8a95a1",
    "baseline": "#3b82d6",
}


def _spec(chart: alt.TopLevelMixin) -> Spec:
    spec: Spec = chart.to_dict(validate=False)  # it takes as long as drawing, and a test does it
    del spec["config"]
    return spec
