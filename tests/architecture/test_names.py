"""Names: one word, one meaning."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_class_name_stands_once_in_the_whole_tree() -> None:
    """Who reads a name need not ask which of several is meant."""
    counted = Counter(name for path in _sources() for name in _class_names(path))

    assert [name for name, count in counted.items() if count > 1] == []


def _sources() -> Iterator[Path]:
    for package in ("mock_service", "simulator"):
        yield from (ROOT / package).rglob("*.py")


def _class_names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.ClassDef):
            yield node.name
