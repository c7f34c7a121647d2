"""The decisions are numbered, and what refers to one finds it."""

import re
from collections import Counter

from tests.helpers.servers import ROOT

FOLDER = ROOT / "docs" / "decisions"
NAMES = [path.name for path in FOLDER.iterdir()]
REFERENCE = re.compile(r"decisions/(\d{4}-[\w-]+\.md)")
READERS = [
    path
    for index in ("docs", "examples", "mock_service", "scenarios", "simulator")
    for path in (ROOT / index).rglob("*")
    if path.suffix in {".md", ".py", ".toml"} and "node_modules" not in path.parts
]


def test_no_two_decisions_have_the_same_number() -> None:
    """A number names one decision."""
    counted = Counter(name[:4] for name in NAMES)

    assert all(re.fullmatch(r"\d{4}-[a-z-]+\.md", name) for name in NAMES)
    assert [number for number, count in counted.items() if count > 1] == []


def test_a_decision_that_is_referred_to_exists() -> None:
    """Under the name it is referred to by."""
    texts = [path.read_text(encoding="utf-8") for path in [*READERS, ROOT / "README.md"]]
    named = {name for text in texts for name in REFERENCE.findall(text)}

    assert named
    assert named - set(NAMES) == set()
