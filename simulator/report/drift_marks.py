"""Where in a run a scenario's tastes change, as marks for the charts by visit."""

from typing import TypedDict

import altair as alt
import numpy as np

from simulator.experiment.comparison import ComparisonResult


def drift_marks(findings: ComparisonResult) -> list[alt.Chart]:
    """Return a dotted line with its name at the visit of each drift that the runs reach."""
    rows = drift_visits(findings)
    if not rows:
        return []
    base = alt.Chart(alt.Data(values=rows)).encode(x="visit:Q")
    line = base.mark_rule(strokeDash=[1, 4], strokeWidth=1.5, color="#8a95a1").encode(
        tooltip=["drift:N", alt.Tooltip("visit:Q", format=",d")]
    )
    name = base.mark_text(align="left", baseline="top", dx=4, color="#8a95a1").encode(
        y=alt.value(2), text="drift:N"
    )
    return [line, name]


class DriftMark(TypedDict):
    """A drift and the visit at which it begins."""

    drift: str
    visit: int


def drift_visits(findings: ComparisonResult) -> list[DriftMark]:
    """Return the drifts of the baseline's scenario, each with the visit at which it begins."""
    setting = findings.baseline.setting
    runs = findings.metrics[findings.plan.baseline]
    seconds = np.mean([run.curve_seconds for run in runs], axis=0)
    moments = [drift.at.total_seconds() for drift in setting.scenario.drifts]
    return [
        {"drift": f"drift {number}", "visit": round(float(visit))}
        for number, (moment, visit) in enumerate(
            zip(moments, np.interp(moments, seconds, runs[0].curve_ends), strict=True), 1
        )
        if moment <= seconds[-1]
    ]
