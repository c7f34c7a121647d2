"""How much one client may ask of a server, so that it cannot take it away from the others.

Each limit has a name, a default and one line of explanation; `docs/limits.md` lists them, and
``serve --limit NAME=VALUE`` changes one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any

from mock_service.errors import SettingsInvalid

_MEBIBYTE = 2**20
_UNITS = {"": 1, "k": 1_000, "kib": 2**10, "m": 1_000_000, "mib": 2**20, "g": 10**9, "gib": 2**30}
_AMOUNT = re.compile(r"(\d{1,15})\s*([a-z]*)", re.IGNORECASE)
_MAX_AMOUNT = 2**40


def _limit(default: int, about: str, minimum: int = 1) -> Any:  # noqa: ANN401 (as dataclasses.field)
    return field(default=default, metadata={"about": about, "minimum": minimum})


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a server; counts, bytes and seconds are whole numbers."""

    body_bytes: int = _limit(_MEBIBYTE, "bytes of a request's body")
    features: int = _limit(
        100_000, "features of one rank request, over its context and actions, for each slot"
    )
    crossed_features: int = _limit(
        20_000_000, "features of one rank request after the policy has crossed them"
    )
    page_bytes: int = _limit(
        8 * _MEBIBYTE,
        "bytes of features of one multi-slot rank: context and actions, once for each slot",
    )
    slot_rewards: int = _limit(1_000, "rewards in one multi-slot reward request", 50)
    early_bytes: int = _limit(
        32 * _MEBIBYTE, "bytes of rewards and activations that wait for their rank, in all"
    )
    journal_bytes: int = _limit(32 * _MEBIBYTE, "bytes of the journal of calls")
    history_bytes: int = _limit(16 * _MEBIBYTE, "bytes of the history of decisions")
    request_seconds: int = _limit(30, "seconds in which a request's head and body have to arrive")
    handshake_seconds: int = _limit(30, "seconds in which a TLS handshake has to end")
    connections: int = _limit(
        1_000,
        "open connections; beyond it the one that has been idle longest is closed, first of those "
        "that never sent a request",
        8,
    )
    request_bytes: int = _limit(
        64 * _MEBIBYTE, "bytes of requests that are not answered yet, all but the largest"
    )
    reply_bytes: int = _limit(64 * _MEBIBYTE, "bytes of replies that clients leave unread, in all")


DEFAULT_LIMITS = Limits()


def parse_limits(options: Iterable[str], limits: Limits = DEFAULT_LIMITS) -> Limits:
    """Return `limits` with what texts such as ``journal-bytes=64MiB`` change.

    Raises:
        SettingsInvalid: a text is not ``NAME=VALUE``, names no limit, or its value is no whole
            number within the limit's range.
    """
    for option in options:
        name, _, value = option.partition("=")
        limits = replace(limits, **{name.strip().replace("-", "_"): _parse_amount(name, value)})
    return limits


def _parse_amount(name: str, value: str) -> int:
    known = {one.name.replace("_", "-"): one for one in fields(Limits)}
    if name.strip() not in known:
        raise SettingsInvalid(
            f"limit {name!r}: expected NAME=VALUE, NAME one of {', '.join(known)}"
        )
    minimum = known[name.strip()].metadata["minimum"]
    found = _AMOUNT.fullmatch(value.strip())
    amount = int(found[1]) * _UNITS.get(found[2].lower(), 0) if found else 0
    if not minimum <= amount <= _MAX_AMOUNT:
        raise SettingsInvalid(
            f"limit {name}: expected a whole number from {minimum} to {_MAX_AMOUNT}, "
            f"as in 500, 64k or 16MiB, got {value!r}"
        )
    return amount
