"""Which characters an id may hold: all but those that a terminal or a log takes for commands."""

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def is_printable(id_: str) -> bool:
    """Say whether an id holds no control characters."""
    return _CONTROL.search(id_) is None
