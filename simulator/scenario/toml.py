"""Reading TOML files that may hold anything: bounded in bytes, in depth and in numbers."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MAX_BYTES = 4 * 2**20
MAX_DEPTH = 32
_MAX_WHOLE = 2**63
_PART = r"(?:(?<![\w-])[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')"
_LONG_KEY = re.compile(rf"{_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{2 * MAX_DEPTH}}}", re.ASCII)
"""Parsing a dotted key takes time that grows with the square of its parts."""


def read_toml(path: Path) -> dict[str, Any]:
    """Return the document in a file.

    Raises:
        ValueError: it is no TOML, or beyond the bounds; the text says what.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(f"expected a file of at most {MAX_BYTES:,} bytes")
    document = _parse(content)
    if beyond := next(find_excesses(document), None):
        raise ValueError(beyond)
    return document


def _parse(content: bytes) -> dict[str, Any]:
    try:
        text = content.decode()
        found = _LONG_KEY.search(text)
        document = {} if found else tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 text: {error.reason}") from error
    except RecursionError as error:
        raise ValueError(f"not TOML: nested deeper than {MAX_DEPTH} levels") from error
    except ValueError as error:
        raise ValueError(f"not TOML: {error}") from error
    if found:
        raise ValueError(f"{found[0][:20]}...: expected a key of at most {2 * MAX_DEPTH} parts")
    return document


def find_excesses(value: object, key: str = "", depth: int = 0) -> Iterator[str]:
    """Yield a line for each whole number that TOML does not know, and for what nests too deeply."""
    if depth > MAX_DEPTH:
        yield f"{key[:60]}...: expected at most {MAX_DEPTH} levels of nesting"
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from find_excesses(inner, f"{key}.{name}" if key else name, depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from find_excesses(inner, f"{key}[{index}]", depth + 1)
    elif isinstance(value, int) and not -_MAX_WHOLE <= value < _MAX_WHOLE:
        yield f"{key}: expected a whole number of at most 64 bits, got a longer one"
