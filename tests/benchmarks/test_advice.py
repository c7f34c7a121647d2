"""The measurement of how often advice is false can be made; its figures are no matter for tests."""

import subprocess
import sys
from pathlib import Path

from tests.helpers.servers import ROOT


def test_a_page_is_written_with_a_row_for_each_kind_of_log(tmp_path: Path) -> None:
    """Of three logs each, of 300 decisions."""
    page = tmp_path / "coverage.md"
    code = f"import advice, pathlib; advice.main((300,), 3, pathlib.Path({str(page)!r}))"
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "benchmarks",
        env={"PYTHONPATH": f"{ROOT / 'benchmarks'}:{ROOT}"},
        capture_output=True,
        check=True,
        timeout=120,
    )
    text = page.read_text()

    assert "over 3 logs of each kind" in text
    for kind in ("ordinary", "clicks of 1%", "penalties of 3%"):
        assert text.count(f"\n| {kind} | ") == 4
    assert "| gain, simultaneous | aligned | ordinary | softmax | 300 |" in text
