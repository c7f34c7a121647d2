"""The JavaScript clients are installed before anybody calls with them."""

import pytest

from tests.helpers.node import NODE, install_clients


@pytest.fixture(scope="session", autouse=True)
def _node_clients() -> None:
    """Install them once."""
    if NODE:
        install_clients()
