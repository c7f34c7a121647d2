"""The benchmarks can be started; what they measure is no matter for tests."""

import re
import subprocess
import sys

import pytest

from tests.helpers.servers import ROOT


def run(*parts: str) -> subprocess.CompletedProcess[str]:
    """Start the benchmarks as `make bench` does."""
    return subprocess.run(
        [sys.executable, "benchmarks/run.py", *parts],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_an_unknown_part_is_refused_with_the_known_ones() -> None:
    """Before anything is measured."""
    ended = run("htttp")

    assert ended.returncode == 2
    assert re.search(r"expected parts among in_process, http, .* got htttp", ended.stderr)


@pytest.mark.slow
def test_a_part_prints_its_rows_and_writes_nothing() -> None:
    """Results are those of a whole run on one machine, and of nothing less."""
    written = ROOT / "benchmarks" / "results.json"
    before = written.read_bytes() if written.exists() else None

    ended = run("memory")

    assert ended.returncode == 0, ended.stderr
    assert "100,000 more events in a loop" in " ".join(ended.stdout.split())
    assert before == (written.read_bytes() if written.exists() else None)
