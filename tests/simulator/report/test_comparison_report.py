"""What a comparison leaves in its folder: a page, pictures, rows and figures."""

import csv
import json
from pathlib import Path

import altair as alt
import pytest

from personalizer_lab import compare
from simulator.report.comparison import comparison_page
from simulator.report.comparison_charts import learning_curves
from simulator.report.drift_marks import drift_visits
from tests.helpers.browser import DESKTOP, PHONE, opened

PROFILES = ("tech-enthusiast", "sports-fan", "finance-pro")
CHARTS = (
    "differences",
    "learning",
    "regret",
    *(f"actions-{index}-{name}" for index, name in enumerate(PROFILES, 1)),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compare three rates on two designs of two policies' runs, a little."""
    index = tmp_path_factory.mktemp("comparison")
    vary = {"exploration": ["0", "0.1", "1"], "policy": ["quick", "azure"]}
    compare("news", vary, seeds=4, rounds=200, out=index)
    return index


def test_results_have_a_row_for_each_run(folder: Path) -> None:
    """With its levels, seed and figures; no time of day or duration."""
    with (folder / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert len(rows) == 3 * 2 * 4
    assert rows[0]["exploration"] == "0"
    assert rows[-1]["policy"] == "azure"
    assert {row["seed"] for row in rows} == {"1", "2", "3", "4"}
    assert all(0 < float(row["mean_value"]) < 1 for row in rows)


def test_the_summary_holds_the_verdict_and_every_setting(folder: Path) -> None:
    """For programs."""
    summary = json.loads((folder / "summary.json").read_text())

    assert len(summary["settings"]) == 6
    assert summary["verdict"]
    assert summary["command"].startswith("personalizer-lab compare news --vary exploration=0,0.1,1")
    assert {"personalizer-lab", "numpy", "vowpalwabbit"} <= summary["versions"].keys()
    assert summary["baseline"] == {"exploration": "0", "policy": "quick"}


def test_every_chart_is_a_picture(folder: Path) -> None:
    """A PNG file of its own."""
    assert {path.stem for path in folder.glob("*.png")} == set(CHARTS)


def test_every_chart_is_what_altair_takes_for_one() -> None:
    """The charts are written down unchecked, which takes as long as drawing them."""
    vary = {"exploration": ["0", "1"], "policy": ["quick", "azure"]}
    page = comparison_page(compare("news", vary, seeds=4, rounds=100).findings, None)

    assert {chart.name for chart in page.charts} == set(CHARTS)
    for chart in page.charts:
        alt.Chart.from_dict(dict(chart.spec))


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_report_opens_in_a_browser(folder: Path, size: tuple[int, int], scheme: str) -> None:
    """Every chart is drawn, the console is silent, and no request leaves the page."""
    page = folder / "report.html"
    marks = "document.querySelectorAll('#chart-{} :is(.mark-rule, .mark-line, .mark-rect)').length"

    with opened(page, size, scheme) as window:
        window.wait_until(f"document.documentElement.dataset.drawn === '{scheme}'")

        assert [name for name in CHARTS if not window.evaluate(marks.format(name))] == []
        assert window.complaints() == []
        assert window.requests() == [page.as_uri()]
        assert window.evaluate("document.documentElement.scrollWidth <= window.innerWidth") is True


def test_drifts_are_marked_where_the_runs_reach_them() -> None:
    """With their numbers, at the visit of their moment: 600 visits come an hour."""
    vary = {"exploration": ["0", "0.1"]}

    long = compare("news-drift", vary, seeds=2, rounds=1200).findings
    short = compare("news-drift", vary, seeds=2, rounds=100).findings

    (mark,) = drift_visits(long)
    assert mark["drift"] == "drift 2"
    assert 500 < mark["visit"] < 700
    assert not drift_visits(short)
    assert "drift 2" in json.dumps(learning_curves(long).spec)


def test_at_most_eight_settings_are_drawn() -> None:
    """More lines are told apart by no eye; the caption says how many are left out."""
    rates = [f"{rate / 20}" for rate in range(10)]

    chart = learning_curves(compare("news", {"exploration": rates}, seeds=2, rounds=50).findings)

    assert "Of all settings 2 of lower value are left out." in chart.caption
