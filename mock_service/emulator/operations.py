"""Which operation of the contract a request asks for, named in snake case."""

import re

from mock_service.rest.contract import OPERATIONS as CONTRACT
from mock_service.rest.operations import Operation

ANY = "any"
"""Stands for every operation where one is named."""

_BASE = re.compile(r"(?:/loops/[^/]+)?/personalizer(?:/v[^/]+)?(?=/)")


def find_operation(method: str, path: str) -> str | None:
    """Return the operation's name, or None for a path outside the contract."""
    base = _BASE.match("/" + path.lstrip("/"))
    if base is None:
        return None
    rest = ("/" + path.lstrip("/"))[base.end() :]
    return next(
        (
            name
            for name, wanted, pattern in _PATTERNS
            if wanted == method and pattern.fullmatch(rest)
        ),
        None,
    )


def _name(operation: Operation) -> str:
    """Return a name in snake case: ``reward`` of Events_Reward, ``policy_get`` of Policy_Get."""
    group, _, action = operation.id.replace("MultiSlotEvents", "MultiSlot").rpartition("_")
    group = {"Events": "", "MultiSlot": "Multislot"}.get(group, group)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", group + action).lower()


def _pattern(path: str) -> re.Pattern[str]:
    """Return what matches the paths of a route; an id may hold anything, slashes too."""
    return re.compile(re.sub(r"\\{.*?\\}", ".+", re.escape(path)), re.DOTALL)


OPERATIONS = tuple(dict.fromkeys(map(_name, CONTRACT)))
"""Every operation of the contract, once."""

_PATTERNS = tuple(
    dict.fromkeys(
        (_name(operation), operation.method, _pattern(operation.path)) for operation in CONTRACT
    )
)
