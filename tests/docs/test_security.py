"""SECURITY.md: every promise names tests, and every test it names is there."""

import re

from tests.helpers.servers import ROOT

_TEXT = (ROOT / "SECURITY.md").read_text()


def test_every_promise_names_a_test_that_exists() -> None:
    """A promise without one is none."""
    promises = [line for line in _promises() if "|---" not in line]
    named = [re.findall(r"`(tests/\S+\.py)`", line) for line in promises]

    assert len(promises) > 10
    assert all(named)
    assert not [path for paths in named for path in paths if not (ROOT / path).is_file()]


def _promises() -> list[str]:
    section = _TEXT.split("## What is promised, and what holds it")[1].split("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("|")][1:]
