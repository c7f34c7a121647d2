"""Which key a request carries, and which loop it opens."""

import hmac
from urllib.parse import parse_qs

from starlette.types import Scope

from mock_service.hosting.hosted_loop import HostedLoop
from mock_service.wire import KEY_HEADER

KEY_PARAMETER = "subscription-key"
_HEADER = KEY_HEADER.lower().encode()
_MARK = KEY_PARAMETER.encode() + b"="


def read_key(scope: Scope, sent: dict[bytes, bytes]) -> bytes:
    """Return the key in the header or else in the query, empty if there is none."""
    key = sent.get(_HEADER)
    if key is None and _MARK in scope["query_string"]:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        return query[KEY_PARAMETER][0].encode() if KEY_PARAMETER in query else b""
    return key or b""


def opens(key: bytes, hosted: HostedLoop) -> bool:
    """Compare with both keys, whichever fits, so that time tells nothing."""
    first, second = hosted.keys
    is_first = hmac.compare_digest(key, first.encode())
    return hmac.compare_digest(key, second.encode()) or is_first
