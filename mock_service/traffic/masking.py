"""Keys, taken out of what is shown: a journal is looked at, pasted and kept."""

import re
from urllib.parse import unquote_plus

MASK = "***"
_KEY_NAMES = frozenset({"subscription-key", "ocp-apim-subscription-key"})
_SECRET_HEADERS = frozenset(
    {b"ocp-apim-subscription-key", b"subscription-key", b"authorization", b"proxy-authorization"}
)
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
    is_key = equals and unquote_plus(name).strip().lower() in _KEY_NAMES
    return f"{name}={MASK}" if is_key else part


def _mask_value(name: bytes, value: bytes) -> bytes:
    if name.lower() in _SECRET_HEADERS:
        return MASK.encode()
    address, mark, query = value.partition(b"?")
    if not mark:
        return value
    return address + mark + mask_query(query.decode("latin-1")).encode("latin-1")
