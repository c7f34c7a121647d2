"""JSON text that the fast parser refuses: several objects on one line, or what is left of some."""

import json
import re
from typing import NoReturn

from mock_service.dsjson.event import NotAnEvent

_MARKS = "\ufeff\x00 \t\r\n"
_BEGINNING = re.compile(r'\{"(?:_label_cost|Timestamp|RewardValue)"')
"""How lines begin: where a second one may start in a line that lost its end."""


def whole_objects(line: str) -> tuple[list[object], str]:
    """Return what can be parsed of a line, and what is wrong with the rest; empty when nothing is.

    A writer that is killed in the middle of a line leaves its beginning in front of the next.
    """
    found: list[object] = []
    problem = ""
    rest = line.strip(_MARKS)
    while rest:
        try:
            value, end = _DECODER.raw_decode(rest)
            found.append(value)
        except (NotAnEvent, ValueError, RecursionError) as error:
            problem = problem or f"not JSON: {error}"
            later = _BEGINNING.search(rest, 1)
            end = later.start() if later else len(rest)
        rest = rest[end:].lstrip(_MARKS)
    return found, problem


def _no_number(name: str) -> NoReturn:
    raise NotAnEvent(f"{name} is no number")


_DECODER = json.JSONDecoder(parse_constant=_no_number)
