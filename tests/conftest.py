"""What many tests share: one running server; and what a machine without a browser leaves out."""

from collections import Counter
from collections.abc import Iterator

import pytest

from mock_service.emulator import connection
from tests.helpers import browser
from tests.helpers.node import NODE
from tests.helpers.servers import Endpoint, served

_LEFT_OUT = pytest.StashKey[int]()


def pytest_report_header() -> str:
    """Say what this machine cannot run."""
    return "with the JavaScript clients" if NODE else "left out: the JavaScript clients (no npm)"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    """Serve a fresh loop in quick mode to the tests of one module."""
    with served() as running:
        yield running


@pytest.fixture(params=sorted(connection.PARSERS))
def http_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let servers of this process read requests with each parser there is."""
    parser: str = request.param
    monkeypatch.setattr(connection, "DEFAULT_PARSER", parser)
    return parser


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a browser where there is none; the summary says so.

    Tests that share an id are refused: xdist would run one of them, and say nothing.
    """
    shared = [name for name, count in Counter(item.nodeid for item in items).items() if count > 1]
    if shared:
        raise pytest.UsageError(f"several tests share one id: {', '.join(shared)}")
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
