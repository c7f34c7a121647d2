"""Which loop a path belongs to, and what it asks of that loop."""

LOOPS_PREFIX = "/loops/"
CONTROL_PREFIX = "/mock/"
"""What exists only here, and no client of the contract calls."""

DOCS_PREFIX = "/docs/"
OPEN_PATHS = frozenset({"/", "/status", "/docs", "/openapi.json"})
"""What anyone may read, and the files below ``/docs/``: no word of what was ranked or learned."""


def split_loop(path: str) -> tuple[str | None, str]:
    """Return the name in ``/loops/NAME`` and the rest of `path`; None for the default loop.

    Doubled slashes at either place count as one: an endpoint that ends in a slash gives
    ``//personalizer``.
    """
    if path.startswith("//"):
        path = "/" + path.lstrip("/")
    if not path.startswith(LOOPS_PREFIX):
        return None, path
    name, _, rest = path[len(LOOPS_PREFIX) :].partition("/")
    return name, "/" + rest.lstrip("/")


def is_control(path: str) -> bool:
    """Return whether `path` leads to the control plane, of the server or of one loop."""
    return "/mock" in path and f"{split_loop(path)[1]}/".startswith(CONTROL_PREFIX)


def is_open(rest: str) -> bool:
    """Return whether the rest of a path, behind the loop's name, wants no key."""
    return rest in OPEN_PATHS or rest.startswith(DOCS_PREFIX)
