"""What many tests share: one running server; and what a machine without a browser leaves out."""

from collections.abc import Iterator

import pytest

from tests import browser
from tests.serving import Endpoint, served

_LEFT_OUT = pytest.StashKey[int]()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    """Serve a fresh loop in quick mode to the tests of one module."""
    with served() as running:
        yield running


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a browser where there is none; the summary says so."""
    need_one = [item for item in items if item.get_closest_marker("browser")]
    if browser.MISSING and need_one:
        items[:] = [item for item in items if item not in need_one]
        config.hook.pytest_deselected(items=need_one)
        config.stash[_LEFT_OUT] = len(need_one)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say in one line what was left out and how to have it."""
    if count := config.stash.get(_LEFT_OUT, 0):
        terminalreporter.write_line(
            f"left out: {count} tests that open reports in a browser; to have them: "
            f"{browser.HOW_TO_HAVE_IT}",
            yellow=True,
        )
