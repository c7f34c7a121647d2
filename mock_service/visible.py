"""Text of others on a terminal: every character seen, none obeyed."""

import re

from rich.text import Text

_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Control characters, what turns the direction of writing, what has no width, halves of pairs."""
_ONE_BYTE, _TWO_BYTES = 0x100, 0x10000


def to_visible(text: str) -> str:
    r"""Return text on one line, with ``\xNN`` or ``\uNNNN`` for what a terminal would obey."""
    return _UNSEEN.sub(_spell, text)


def to_plain(text: str) -> Text:
    """Return text for a table or a console: visible, and never taken for markup or an emoji."""
    return Text(to_visible(text))


def _spell(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < _ONE_BYTE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < _TWO_BYTES else f"\\U{code:08x}"
