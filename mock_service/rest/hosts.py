"""Which names a server answers to, so that no foreign name leads a page to it.

A page may be served under a name whose address its owner then changes to 127.0.0.1 (DNS
rebinding). The browser takes this server for the page's own and lets the page read it, but still
sends the page's name as ``Host``.
"""

import re
from collections.abc import Iterable
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from mock_service.errors import SettingsInvalid
from mock_service.hosting.service import Service
from mock_service.settings import PUBLIC_KEYS

_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_.-]{1,255})(?::[0-9]{1,5})?")
_LOCAL_NAME = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*localhost")
_MAX_KNOWN = 64


class HostRules:
    """The names that are answered: those of loopback, and those that `allowed` adds.

    Others are answered only while a secret key protects the server and nothing is `allowed`.
    """

    def __init__(
        self, service: Service, allowed: Iterable[str] = (), *, accept_bearer: bool = False
    ) -> None:
        self._service = service
        self._allowed = frozenset(allowed)
        self._is_strict = bool(self._allowed) or accept_bearer
        self._known: set[bytes] = set()

    def admit(self, host: bytes) -> bool:
        """Return whether a request whose only ``Host`` header is `host` is answered."""
        if host in self._known:
            return True
        name = parse_host(host)
        if name is None or not (name in self._allowed or is_loopback(name)):
            return not self._is_on()
        if len(self._known) < _MAX_KNOWN:
            self._known.add(host)
        return True

    def admit_unnamed(self) -> bool:
        """Return whether a request with no ``Host`` header, or with several, is answered."""
        return not self._is_on()

    def _is_on(self) -> bool:
        """Ask for the keys each time: they can be rotated while the server runs."""
        return self._is_strict or not PUBLIC_KEYS.isdisjoint(self._service.default.keys)


def parse_host(value: bytes) -> str | None:
    """Return the name in a ``Host`` header, in lower case and without port; None if it is none."""
    match = _HOST.fullmatch(value)
    if match is None:
        return None
    name = match[1].decode("ascii").lower()
    if not name.startswith("["):
        return name
    try:
        return f"[{IPv6Address(name[1:-1])}]"
    except AddressValueError:
        return None


def is_loopback(name: str) -> bool:
    """Return whether a name of `parse_host` can only lead to this machine."""
    if name == "[::1]" or _LOCAL_NAME.fullmatch(name):
        return True
    try:
        return IPv4Address(name).is_loopback
    except AddressValueError:
        return False


def parse_allowed_host(text: str) -> str:
    """Return the name that ``--allow-host`` gives, as `parse_host` would.

    Raises:
        SettingsInvalid: it is no name or address, or says more than that.
    """
    is_bare_ipv6 = text.count(":") > 1 and not text.startswith("[")
    name = parse_host((f"[{text}]" if is_bare_ipv6 else text).encode())
    if name is None or (name != text.lower() and ":" not in name):
        raise SettingsInvalid(
            f"--allow-host {text!r}: expected a host's name or address without scheme and port, "
            "such as personalizer"
        )
    return name
