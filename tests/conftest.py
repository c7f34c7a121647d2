"""What many tests share: one running server."""

from collections.abc import Iterator

import pytest

from tests.serving import Endpoint, served


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    """Serve a fresh loop in quick mode to the tests of one module."""
    with served() as running:
        yield running
