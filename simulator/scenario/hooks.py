"""Python functions that a scenario file names: finding them, beside the file or installed."""

from collections.abc import Callable
from functools import partial
from typing import Any

from mock_service.user_code import (
    Problem,
    UserCode,
    find_attribute,
    load_module,
    module_source,
    show_answer,
)
from simulator.errors import HookProblem

__all__ = ["call_hook", "load_hook", "read_source", "show_answer"]


def load_hook(hook: str, folder: str) -> Callable[..., Any]:
    """Return the function that ``module:object`` names.

    A module beside the scenario file, in `folder`, comes before one that is installed.

    Raises:
        HookProblem: there is no such module, it fails, or it has no such function.
    """
    problem = _problem(hook)
    module, _, path = hook.partition(":")
    target = find_attribute(load_module(module, folder, problem), path, problem)
    if not callable(target):
        raise problem(f"expected a function, got {type(target).__name__}")
    function: Callable[..., Any] = target
    return function


def read_source(hook: str, folder: str) -> bytes:
    """Return what the file holds that defines a function; nothing if it comes from none.

    Raises:
        HookProblem: there is no such module, or it fails.
    """
    name, _, _ = hook.partition(":")
    return module_source(load_module(name, folder, _problem(hook)))


def call_hook(hook: str, function: Callable[..., Any], *arguments: object) -> object:
    """Return what the function says.

    Raises:
        HookProblem: it fails; the message holds its own words.
    """
    with UserCode(_problem(hook)):
        return function(*arguments)


def _problem(hook: str) -> Problem:
    return partial(HookProblem, hook)
