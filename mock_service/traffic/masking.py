"""Keys, taken out of what is shown: a journal is looked at, pasted and kept."""

import re
from urllib.parse import unquote_plus

MASK = "***"
_KEY_NAME = re.compile(r"subscription[-_]?key|^(x-)?api[-_]?key$|^(proxy-)?authorization$")
"""Where clients put keys, or try to: a key in a place where nobody looks for it is one too."""
_PARTS = re.compile(r"([&;])")

Headers = tuple[tuple[bytes, bytes], ...]


def mask_query(query: str) -> str:
    """Return `query` with the values of keys masked, however their names are written."""
    if "key" not in query.lower() and "%" not in query:
        return query
    return "".join(_mask_parameter(part) for part in _PARTS.split(query))


def mask_headers(headers: list[tuple[bytes, bytes]]) -> Headers:
    """Return `headers` with keys and tokens masked, and keys in addresses such as a referrer's."""
    return tuple((name, _mask_value(name, value)) for name, value in headers)


def _mask_parameter(part: str) -> str:
    name, equals, _ = part.partition("=")
    is_key = equals and _names_key(unquote_plus(name))
    return f"{name}={MASK}" if is_key else part


def _mask_value(name: bytes, value: bytes) -> bytes:
    if _names_key(name.decode("latin-1")):
        return MASK.encode()
    address, mark, query = value.partition(b"?")
    if not mark:
        return value
    return address + mark + mask_query(query.decode("latin-1")).encode("latin-1")


def _names_key(name: str) -> bool:
    return _KEY_NAME.search(name.strip().lower()) is not None
