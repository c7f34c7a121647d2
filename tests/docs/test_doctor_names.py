"""The doctor's guide has every finding there is, and no other."""

import re

from mock_service.diagnosis.finding import Severity
from tests.helpers.servers import ROOT

_TEXT = (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8")
_NAME = re.compile(r'^        "([a-z0-9-]+)",$', flags=re.MULTILINE)


def test_every_finding_is_in_the_guide() -> None:
    """By the name that programs read."""
    rooms = (ROOT / "mock_service" / "diagnosis").glob("*.py")
    names = {name for room in rooms for name in _NAME.findall(room.read_text(encoding="utf-8"))}

    assert len(names) >= 18
    assert names == set(re.findall(r"^\| `([a-z0-9-]+)` \|", _TEXT, flags=re.MULTILINE))


def test_every_severity_is_in_the_guide() -> None:
    """In code."""
    assert all(f"`{severity}`" in _TEXT for severity in Severity)
