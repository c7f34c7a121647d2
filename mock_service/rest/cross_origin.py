"""Which pages may call: those of this machine, and those whose origin was named.

A page is told from an application by headers that only browsers send, and that no page can
change: ``Origin`` with all that writes or is to be read, ``Sec-Fetch-Site`` with everything.
"""

import re
from collections.abc import Iterable, Sequence

from starlette.responses import Response
from starlette.types import Scope

from mock_service.errors import SettingsInvalid
from mock_service.rest.hosts import is_loopback, parse_host
from mock_service.rest.paths import is_control, is_open, split_loop

ANY_ORIGIN = "*"
_METHODS = b"GET, POST, PUT, DELETE, OPTIONS"
_A_DAY = b"86400"
_ORIGIN = re.compile(r"([a-z][a-z0-9+.-]*)://([^/?#@\s]+)")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_OWN_SITES = frozenset({b"same-origin", b"none"})
"""What browsers say of the server's own pages, and of what a person typed."""
_NEAR_SITES = _OWN_SITES | {b"same-site"}
"""And of pages of the same machine under another port, when they want nothing to be read."""

Headers = list[tuple[bytes, bytes]]


class OriginRules:
    """Pages of loopback origins, and of those `allowed`, may call what the contract has.

    What is under ``/mock/`` is for the server's own pages only.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = frozenset(allowed)
        self._allows_any = ANY_ORIGIN in self._allowed

    def admit(self, scope: Scope, origins: Sequence[bytes], sites: Sequence[bytes]) -> bool:
        """Return whether a request with these ``Origin`` and ``Sec-Fetch-Site`` is answered."""
        if is_control(scope["path"]):
            return _OWN_SITES.issuperset(sites) and all(_is_own(scope, one) for one in origins)
        if self._allows_any:
            return True
        if origins:
            return len(origins) == 1 and (
                _is_own(scope, origins[0]) or self._is_allowed(origins[0])
            )
        return _NEAR_SITES.issuperset(sites) or _is_link(scope)

    def headers(self, origin: bytes, preflight: bytes | None) -> Headers:
        """Return what lets the page at an admitted `origin` read the answer.

        `preflight` is the request's ``Access-Control-Request-Private-Network``, if it has one.
        """
        headers = [
            (b"access-control-allow-origin", b"*" if self._allows_any else origin),
            (b"access-control-expose-headers", b"*"),
        ]
        if not self._allows_any:
            headers.append((b"vary", b"Origin"))
        if preflight == b"true":
            headers.append((b"access-control-allow-private-network", b"true"))
        return headers

    def _is_allowed(self, origin: bytes) -> bool:
        parsed = parse_origin(origin.decode("latin-1"))
        if parsed is None:
            return False
        name = _parse_name(parsed)
        return parsed in self._allowed or (name is not None and is_loopback(name))


def is_preflight(sent: dict[bytes, bytes]) -> bool:
    """Return whether these are the headers of a preflight."""
    return b"origin" in sent and b"access-control-request-method" in sent


def answer_preflight(sent: dict[bytes, bytes]) -> Response:
    """Return the answer to a preflight; its origin is allowed by `OriginRules.headers`."""
    reply = Response(status_code=200)
    reply.raw_headers += [
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-allow-headers", sent.get(b"access-control-request-headers", b"*")),
        (b"access-control-max-age", _A_DAY),
    ]
    return reply


def parse_origin(text: str) -> str | None:
    """Return an origin in lower case and without a default port; None if it is none."""
    match = _ORIGIN.fullmatch(text.lower())
    if match is None:
        return None
    scheme, host = match.groups()
    return f"{scheme}://{host.removesuffix(_DEFAULT_PORTS.get(scheme, ' '))}"


def parse_allowed_origin(text: str) -> str:
    """Return the origin that ``--allow-origin`` gives, or ``*``.

    Raises:
        SettingsInvalid: it is no origin.
    """
    origin = text if text == ANY_ORIGIN else parse_origin(text)
    is_web = origin is not None and origin.partition("://")[0] in _DEFAULT_PORTS
    if origin is None or not origin.isascii() or (is_web and _parse_name(origin) is None):
        raise SettingsInvalid(
            f"--allow-origin {text!r}: expected an origin such as https://app.example:8443, "
            "without a path, or * for every page there is"
        )
    return origin


def _parse_name(origin: str) -> str | None:
    """Return the host's name in an origin of `parse_origin`; None if it is no web page's."""
    scheme, _, host = origin.partition("://")
    return parse_host(host.encode("latin-1", "replace")) if scheme in _DEFAULT_PORTS else None


def _is_link(scope: Scope) -> bool:
    """Return whether a link is followed to a public page, in a window of its own."""
    if scope["method"] != "GET" or not is_open(split_loop(scope["path"])[1]):
        return False
    sent = dict(scope["headers"])
    return (sent.get(b"sec-fetch-mode"), sent.get(b"sec-fetch-dest")) == (b"navigate", b"document")


def _is_own(scope: Scope, origin: bytes) -> bool:
    """Return whether `origin` is the server's own, under the name by which it was called."""
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    own = parse_origin(f"{scope['scheme']}://{host.decode('latin-1')}")
    return own is not None and own == parse_origin(origin.decode("latin-1"))
