"""What many tests share: one running server."""

from collections.abc import Iterator

import pytest

from tests.clients.node import NODE
from tests.serving import Endpoint, served


def pytest_report_header() -> str:
    """Say what this machine cannot run."""
    return "with the JavaScript clients" if NODE else "left out: the JavaScript clients (no npm)"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    """Serve a fresh loop in quick mode to the tests of one module."""
    with served() as running:
        yield running
