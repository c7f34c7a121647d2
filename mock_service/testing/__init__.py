"""A Personalizer in a test suite: ``from mock_service.testing import LocalPersonalizer``.

pytest reads this package at every start, so nothing heavy is imported before it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mock_service.testing.personalizer import LocalPersonalizer

__all__ = ["LocalPersonalizer"]


def __getattr__(name: str) -> object:
    """Import a name of `__all__` when it is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("mock_service.testing.personalizer"), name)
