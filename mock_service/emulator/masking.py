"""Keys, taken out of what is shown: a journal is looked at, pasted and kept."""

import re
from urllib.parse import unquote_plus

MASK = "***"
_KEY_NAME = re.compile(r"subscription[-_]?key|^(x-)?api[-_]?key$|^(proxy-)?authorization$")
"""Where clients put keys, or try to: a key in a place that is not read is one, too."""
_KEY_WITHIN = re.compile(r"(subscription[-_]?key|\bapi[-_]?key|\bauthorization)\s*=")
"""A key in an address that is itself a value."""
_PARTS = re.compile(r"([?&;#])")
"""What parameters begin with; a question mark that comes late begins one, too."""
_MAX_ENCODED = 3
"""How often an address within an address may be encoded, to be looked into."""

Headers = tuple[tuple[bytes, bytes], ...]


def mask_text(text: str) -> str:
    """Return a path, query or address with the values of keys masked, however they are written."""
    return "".join(_mask_parameter(part) for part in _PARTS.split(text)) if "=" in text else text


def mask_headers(headers: list[tuple[bytes, bytes]]) -> Headers:
    """Return `headers` with keys and tokens masked, and keys in addresses such as a referrer's."""
    return tuple((name, _mask_value(name, value)) for name, value in headers)


def _mask_parameter(part: str) -> str:
    name, equals, value = part.partition("=")
    is_key = equals and (_names_key(unquote_plus(name)) or _holds_key(value))
    return f"{name}={MASK}" if is_key else part


def _holds_key(value: str) -> bool:
    for _ in range(_MAX_ENCODED):
        value = unquote_plus(value)
        if _KEY_WITHIN.search(value.lower()):
            return True
    return False


def _mask_value(name: bytes, value: bytes) -> bytes:
    if _names_key(name.decode("latin-1")):
        return MASK.encode()
    return mask_text(value.decode("latin-1")).encode("latin-1")


def _names_key(name: str) -> bool:
    return _KEY_NAME.search(name.strip().lower()) is not None
