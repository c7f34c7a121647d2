"""The pytest plugin: the fixture ``personalizer``, its marker and its ini options.

pytest reads this file at the start of every suite in an environment that has the package, so it
imports nothing but pytest; the server's libraries come with the first test that wants a server.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from personalizer_lab.shadowing import PackageShadowed, check_packages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mock_service.testing.personalizer import LocalPersonalizer

_OPTIONS = {
    "mode": "quick (the default) or azure: when the fixture's Personalizer learns",
    "policy": "its learning policy: a preset or Vowpal Wabbit arguments",
    "seed": "what, with the event id, decides which action it draws",
    "exploration": "the share of ranks that explore, within [0, 1]",
}
_SETUP = "personalizer_setup"
_MARKER = "personalizer"


class ScriptNotFollowed(UserWarning):
    """A test scripted a choice that no rank of its application offered."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the ini options ``personalizer_mode``, ``_policy``, ``_seed``, ... and ``_setup``."""
    for name, meaning in _OPTIONS.items():
        parser.addini(f"personalizer_{name}", meaning, default="")
    parser.addini(_SETUP, "a TOML file: how its loops begin", type="pathlist", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Describe the marker."""
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(mode, policy, seed, exploration): settings of this test's Personalizer",
    )


@pytest.fixture(scope="session")
def _personalizer_server(pytestconfig: pytest.Config) -> Iterator[LocalPersonalizer]:
    """Start one server for the session; under xdist each worker has its own."""
    try:
        check_packages()
    except PackageShadowed as error:
        pytest.fail(str(error), pytrace=False)
    make: type[LocalPersonalizer] = import_module(
        "mock_service.testing.personalizer"
    ).LocalPersonalizer
    with make(setup=_setup_file(pytestconfig)) as running:
        yield running


@pytest.fixture
def personalizer(
    request: pytest.FixtureRequest, _personalizer_server: LocalPersonalizer
) -> Iterator[LocalPersonalizer]:
    """A local Personalizer on a real port that has seen nothing yet."""
    _personalizer_server.reset(**_settings_for(request))
    yield _personalizer_server
    if unplayed := _personalizer_server.unplayed:
        warnings.warn(
            f"will_choose({', '.join(map(repr, unplayed))}): no rank offered that",
            ScriptNotFollowed,
            stacklevel=1,
        )


def _setup_file(config: pytest.Config) -> Path | None:
    """Return the setup file that the ini file names, as seen from there, if it does."""
    named = config.getini(_SETUP)
    if len(named) > 1:
        raise pytest.UsageError(f"{_SETUP}: expected one file, got {len(named)}")
    return named[0] if named else None


def _settings_for(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return the marker's settings over the ini file's."""
    config = request.config
    settings = {name: config.getini(f"personalizer_{name}") for name in _OPTIONS}
    given = {name: value for name, value in settings.items() if value}
    for marker in reversed(list(request.node.iter_markers(_MARKER))):
        if marker.args or marker.kwargs.keys() - _OPTIONS.keys():
            raise pytest.UsageError(
                f"the marker {_MARKER} takes {', '.join(f'{name}=...' for name in _OPTIONS)}"
            )
        given |= marker.kwargs
    return given
