"""Cross-origin requests: a browser asks first, because clients send a header of their own."""

from starlette.responses import Response

_METHODS = b"GET, POST, PUT, DELETE, OPTIONS"
_A_DAY = b"86400"

Headers = list[tuple[bytes, bytes]]


class CrossOrigin:
    """Pages of any origin may call: the key is what protects a loop, not where a page is from."""

    def asks(self, sent: dict[bytes, bytes]) -> bool:
        """Say whether these are the headers of a preflight."""
        return b"origin" in sent and b"access-control-request-method" in sent

    def preflight(self, sent: dict[bytes, bytes]) -> Response:
        """Return the answer to a preflight; its origin is allowed by `headers`."""
        reply = Response(status_code=200)
        reply.raw_headers += [
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", sent.get(b"access-control-request-headers", b"*")),
            (b"access-control-max-age", _A_DAY),
        ]
        return reply

    def headers(self, sent: dict[bytes, bytes]) -> Headers:
        """Return what lets the page at the request's origin read the answer."""
        if b"origin" not in sent:
            return []
        return [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"*")]
