"""Python functions that a scenario file names: finding them, beside the file or installed."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from traceback import extract_tb
from types import ModuleType, TracebackType
from typing import Any, Literal

from simulator.errors import HookProblem

_MAX_SHOWN = 300
_MISSING = object()


def load_hook(hook: str, folder: str) -> Callable[..., Any]:
    """Return the function that ``module:object`` names.

    A module beside the scenario file, in `folder`, comes before one that is installed.

    Raises:
        HookProblem: there is no such module, it fails, or it has no such function.
    """
    module_name, _, path = hook.partition(":")
    target: Any = _module(module_name, folder, hook)
    for name in path.split("."):
        with _Border(hook):
            found = getattr(target, name, _MISSING)
        if found is _MISSING:
            raise HookProblem(hook, f"{module_name} has no {name!r}")
        target = found
    if not callable(target):
        raise HookProblem(hook, f"expected a function, got {type(target).__name__}")
    function: Callable[..., Any] = target
    return function


def read_source(hook: str, folder: str) -> bytes:
    """Return what the file holds that defines a function; nothing if it comes from none.

    Raises:
        HookProblem: there is no such module, or it fails.
    """
    name, _, _ = hook.partition(":")
    file = _module(name, folder, hook).__file__
    return b"" if file is None else Path(file).read_bytes()


def _module(name: str, folder: str, hook: str) -> ModuleType:
    beside = Path(folder, *name.split(".")).with_suffix(".py")
    with _Border(hook, f"{name} cannot be imported: "):
        if folder and beside.is_file():
            return _module_at(name, beside)
        return importlib.import_module(name)


def _module_at(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(name, module)
    spec.loader.exec_module(module)
    return module


def call_hook(hook: str, function: Callable[..., Any], *arguments: object) -> object:
    """Return what the function says.

    Raises:
        HookProblem: it fails; the message holds its own words.
    """
    with _Border(hook):
        return function(*arguments)


def show_answer(answer: object) -> str:
    """Return what a function returned, cut short."""
    try:
        text = repr(answer)
    except Exception as error:  # noqa: BLE001 (a user's code, which may fail with anything)
        text = f"a {type(answer).__name__} that cannot be shown ({type(error).__name__})"
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."


class _Border:
    """Where a user's code begins: whatever it fails with is a HookProblem on this side.

    It may have exceptions of its own, so none can be listed here. An exit is its failure too: a run
    that ends in its middle is none that ended well. An interrupt is the person's, and passes.
    """

    def __init__(self, hook: str, doing: str = "") -> None:
        self._hook, self._doing = hook, doing

    def __enter__(self) -> None:
        """Cross over."""

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> Literal[False]:
        """Come back, maybe with an error in hand."""
        if error is not None and not isinstance(error, KeyboardInterrupt):
            says_itself = self._doing and isinstance(error, ImportError)
            kind = "" if says_itself else f"{type(error).__name__}: "
            said = f"{_find_location(error)}{self._doing}{kind}{_describe(error)}"
            raise HookProblem(self._hook, said) from error
        return False


def _describe(error: BaseException) -> str:
    """Return an error's text, which its own code may fail to make."""
    try:
        return str(error)[:_MAX_SHOWN]
    except Exception:  # noqa: BLE001 (a user's code, which may fail with anything)
        return "an error that cannot be shown"


def _find_location(error: BaseException) -> str:
    """Return the file and line where an error came up in a user's code, if it did there."""
    frames = extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    is_theirs = last and last.filename != __file__ and not last.filename.startswith("<")
    return f"{last.filename}:{last.lineno}: " if last and is_theirs else ""
