"""``simulate`` and ``compare`` from Python: typed results, frames, and what a notebook shows."""

import subprocess
import sys
from pathlib import Path

import pytest

from personalizer_lab import Comparison, Simulation, compare, simulate
from tests.helpers.servers import ROOT


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """Compare two rates, a little."""
    return compare("news", {"exploration": [0, 0.2]}, seeds=3, rounds=60)


def test_a_comparison_turns_into_a_frame_with_a_row_a_run(comparison: Comparison) -> None:
    """Levels, seed and figures in columns."""
    frame = comparison.to_frame()

    assert len(frame) == 6
    assert list(frame["exploration"]) == ["0"] * 3 + ["0.2"] * 3
    means = frame.groupby("exploration")["mean_value"].mean()
    assert means["0.2"] == pytest.approx(comparison.results[1].mean_value)


def test_a_comparison_shows_itself_in_a_notebook(comparison: Comparison) -> None:
    """The verdict and the table."""
    html = comparison._repr_html_()

    assert html.count("<tr") == 3
    assert "3 seeds are too few to judge by" in html


def test_a_simulation_has_a_summary_a_frame_and_a_table() -> None:
    """The same as the command's."""
    run = simulate("news", rounds=200, exploration=0.1, seed=3)

    assert isinstance(run, Simulation)
    assert run.summary.rounds == 200
    assert list(run.to_frame()["round"])[-1] == 200
    assert "Personalizer" in run._repr_html_()


def test_a_level_may_be_a_number_a_text_or_a_truth() -> None:
    """As they would be written on the command line."""
    vary = {"context.prefersDarkMode.choice": ["[true]", "[false]"], "policy": ["quick"]}

    labels = [r.label for r in compare("news", vary, seeds=2, rounds=20).results]

    assert labels == [f"context.prefersDarkMode.choice=[{value}]" for value in ("true", "false")]


def test_what_compare_needs_is_not_imported_before_it_is_needed() -> None:
    """A server or a simulation should not wait for charts and statistics."""
    script = (
        "import sys, simulator, simulator.cli.commands;"
        "print(sorted({'altair', 'scipy', 'pandas', 'distributed'} & set(sys.modules)))"
    )

    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert run.stdout == "[]\n"


def test_a_script_compares_with_two_workers_and_runs_only_once(tmp_path: Path) -> None:
    """Without a guard of its own: workers import nothing of it."""
    script = tmp_path / "script.py"
    script.write_text(
        "print('begun')\n"
        "from personalizer_lab import compare\n"
        "result = compare('news', {'exploration': [0, 0.2]}, seeds=2, rounds=20, workers=2)\n"
        "print(len(result.results))\n"
    )

    ended = subprocess.run(
        [sys.executable, script], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert ended.stdout.split() == ["begun", "2"], ended.stderr
