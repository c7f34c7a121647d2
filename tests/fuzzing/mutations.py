"""Changes that make a good input a bad one: in JSON, in bytes, and in the values of a text."""

import copy
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from numpy.random import Generator

NAMES = (
    "_slot",
    "_multi",
    "_label",
    "_label_cost",
    "_tag",
    "_text",
    "_slots",
    "_p",
    "_a",
    "",
    "a\x1fb",
)
TEXTS = (
    "", " ", "x" * 20_000, "\x00", "\x1f", "a\x1fb", "\x1b[2J\x1b[31m", "[/red]",
    "[bold]", "\u202e",
    "\ud800", "é", "-f/dev/null", "--version", "-h", "../../x", "</script>", "NaN", "1e400", "P1D",
    "-P999999999DT1S", "PT0S", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-02-30",
    "%00", "%2f", "\n", "\r\nX: y", "🎈" * 300,
)  # fmt: skip
NUMBERS = (
    0, -0.0, 1, -1, 0.5, 2, 50, 51, 1e-320, 1e-300, 1e13, 1e39, 1e308, -1e308, 2**31, 2**53 + 1,
    2**63, -(2**63), 2**64, 2**70, 10**30, 10**400, float("inf"), float("-inf"), float("nan"),
)  # fmt: skip
OTHERS: tuple[object, ...] = (
    None, True, False, [], {}, [[]], [{}], {"": {}}, [None], {"a": None}, [1, "a", None],
    {"_slot": 5}, {"_slot": {"number": 0, "of": 5_000_000, "features": []}}, {"id": "a"},
)  # fmt: skip
_DEPTH = 300


def mutate_json(value: object, rng: Generator) -> object:
    """Return a copy of a JSON value with one to three places changed."""
    changed: object = copy.deepcopy(value)
    for _ in range(int(rng.integers(1, 4))):
        changed = _change_one(changed, rng)
    return changed


def to_json(value: object) -> bytes:
    """Return JSON as a careless client writes it, with NaN and lone surrogates."""
    return json.dumps(value).encode()


def mutate_bytes(content: bytes, rng: Generator) -> bytes:
    """Return bytes with a part flipped, cut, doubled or replaced."""
    if not content:
        return rng.bytes(int(rng.integers(1, 64)))
    for _ in range(int(rng.integers(1, 4))):
        at = int(rng.integers(len(content)))
        end = min(len(content), at + int(rng.integers(1, 64)))
        kind = rng.integers(5)
        if kind == 0:
            content = content[:at] + rng.bytes(end - at) + content[end:]
        elif kind == 1:
            content = content[:at] + content[end:]
        elif kind == 2:
            content = content[:end] + content[at:]
        elif kind == 3:
            content = content[:at]
        else:
            content = (
                content[:at]
                + bytes([content[at] ^ (1 << int(rng.integers(8)))])
                + content[at + 1 :]
            )
        if not content:
            return b""
    return content


def mutate_values(text: str, rng: Generator) -> str:
    """Return TOML or another text of ``name = value`` lines with some lines changed."""
    lines = text.splitlines()
    for _ in range(int(rng.integers(1, 4))):
        at = int(rng.integers(len(lines)))
        kind = rng.integers(8)
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines.insert(at, lines[int(rng.integers(len(lines)))])
        elif found := _VALUE.search(lines[at]):
            value = _toml(_pick_any(rng))
            lines[at] = f"{lines[at][: found.start(2)]}{value}{lines[at][found.end(2) :]}"
        if not lines:
            return ""
    return "\n".join(lines) + "\n"


_VALUE = re.compile(r"(=\s*|[{,]\s*[\w-]+\s*=\s*)([^,}\]]+)")


def _toml(value: object) -> str:
    if isinstance(value, float) and value != value:  # noqa: PLR0124 (that is what NaN is)
        return "nan"
    if isinstance(value, float) and abs(value) == float("inf"):
        return "inf" if value > 0 else "-inf"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return '""' if value is None else json.dumps(value)


def _change_one(value: object, rng: Generator) -> object:
    """Change one place of a JSON value, which may be the whole."""
    indices = list(_indices(value))
    if not indices:
        return _pick_any(rng)
    holder, key = indices[int(rng.integers(len(indices)))]
    kind = rng.integers(6)
    if isinstance(holder, dict):
        if kind == 0:
            del holder[key]
        elif kind == 1:
            holder[NAMES[int(rng.integers(len(NAMES)))]] = holder[key]
        elif kind == 2:
            holder[str(key).upper()] = holder.pop(key)
        else:
            holder[key] = _replace(holder[key], rng)
    elif kind == 0:
        del holder[key]
    elif kind == 1:
        holder.extend(copy.deepcopy(holder[key]) for _ in range(int(rng.integers(1, 60))))
    else:
        holder[key] = _replace(holder[key], rng)
    return value


def _indices(value: object) -> Iterator[tuple[Any, Any]]:
    """Yield every container with each of its keys or positions."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield value, key
            yield from _indices(inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield value, index
            yield from _indices(inner)


def _replace(value: object, rng: Generator) -> object:
    if rng.random() < 0.1:
        for _ in range(int(rng.integers(1, _DEPTH))):
            value = [value] if rng.random() < 0.5 else {"n": value}
        return value
    return copy.deepcopy(_pick_any(rng))


def _pick_any(rng: Generator) -> object:
    kinds: tuple[Sequence[object], ...] = (TEXTS, NUMBERS, OTHERS)
    kind = kinds[int(rng.integers(len(kinds)))]
    return kind[int(rng.integers(len(kind)))]
