"""Limits: one name, one default and one line each, in the code and in the guide."""

from dataclasses import fields
from pathlib import Path

import pytest

from mock_service.errors import SettingsInvalid
from mock_service.limits import Limits, parse_limits

_GUIDE = Path(__file__).parents[2] / "docs" / "limits.md"


def test_a_limit_is_changed_by_name_and_the_others_stay() -> None:
    """Underscores become dashes, and units multiply."""
    limits = parse_limits(["journal-bytes=64MiB", "request-seconds=10"])

    assert limits == Limits(journal_bytes=64 * 2**20, request_seconds=10)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "journal-bytes",
        "nonsense=1",
        "features=0",
        "features=-1",
        "features=1e9",
        "body-bytes=9x",
    ],
)
def test_what_is_no_limit_is_refused_with_what_was_expected(text: str) -> None:
    """The message names the limit and what it takes."""
    with pytest.raises(SettingsInvalid, match="expected"):
        parse_limits([text])


def test_the_guide_lists_every_limit_with_what_it_bounds() -> None:
    """A limit without a line in the guide is no documented one."""
    rows = [line.split("|")[1:4] for line in _GUIDE.read_text().splitlines() if line[:3] == "| `"]
    listed = [(name.strip(" `"), _amount(default), about.strip()) for name, default, about in rows]

    known = [
        (one.name.replace("_", "-"), one.default, one.metadata["about"]) for one in fields(Limits)
    ]
    assert known == listed


def _amount(text: str) -> int:
    number, _, unit = text.strip().replace(",", "").partition(" ")
    return int(number) * (2**20 if unit == "MiB" else 1)
