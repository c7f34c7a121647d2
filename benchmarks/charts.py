"""What a visit costs, drawn: by the length of the run, and by the number of actions."""

import re
from collections.abc import Sequence
from pathlib import Path

import altair as alt
from growth import BY_ACTIONS, BY_EVENTS
from rows import Figure, Row

from mock_service.reports.page import Chart, Page, Section, write_pictures
from mock_service.reports.palette import colours

_TALL = 260


def write_charts(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Draw what the rows hold of it, and return the files."""
    charts = [
        _chart("cost-by-events", "A visit's cost by the length of the run", "visits", rows),
        _chart("cost-by-actions", "A visit's cost by the number of actions", "actions", rows),
    ]
    page = Page("", (), (Section("", charts),), "", ())
    return write_pictures(page, folder)


def _chart(name: str, title: str, axis: str, rows: Sequence[Row]) -> Chart:
    by_events = axis == "visits"
    prefix = BY_EVENTS if by_events else BY_ACTIONS
    points = [
        {axis: _number(row), "of": whose, "median": figure.median, "low": figure.low}
        | {"high": figure.high}
        for row in rows
        if row.name.startswith(prefix)
        for whose, figure in _bars_to_draw(row, alone=by_events)
    ]
    names = list(dict.fromkeys(str(point["of"]) for point in points))
    measured = sorted(
        _number(row)
        for row in rows
        if row.name.startswith(prefix) and any(_bars_to_draw(row, alone=by_events))
    )
    scale = alt.Scale(type="log", nice=False) if by_events else alt.Scale(zero=False, nice=False)
    base = alt.Chart(alt.Data(values=points)).encode(
        x=alt.X(f"{axis}:Q", scale=scale, title=axis, axis=alt.Axis(values=measured)),
        color=alt.Color(
            "of:N",
            title=None,
            scale=alt.Scale(domain=names, range=colours(len(names), ordered=False)),
        ),
    )
    line = base.mark_line(point=True).encode(
        y=alt.Y("median:Q", title="microseconds a visit", scale=alt.Scale(domainMin=0))
    )
    bars = base.mark_rule(strokeWidth=2).encode(y="low:Q", y2="high:Q")
    chart = (line + bars).properties(height=_TALL)
    return Chart(name, title, chart.to_dict())


def _bars_to_draw(row: Row, *, alone: bool) -> list[tuple[str, Figure]]:
    ours = [("personalizer-lab", row.ours)]
    return ours if alone or row.theirs is None else [*ours, (row.peer, row.theirs)]


def _number(row: Row) -> int:
    return int(re.findall(r"[\d,]+", row.name)[-1].replace(",", ""))
