"""A user's own Python: finding what they name, and telling its failures from ours."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from traceback import extract_tb
from types import ModuleType, TracebackType
from typing import Any, Literal

_MAX_SHOWN = 300
_MISSING = object()

Problem = Callable[[str], Exception]
"""Makes the error that is raised of what went wrong, in words."""


class UserCode:
    """Where a user's code begins: whatever it fails with is a `problem` on this side.

    It may have exceptions of its own, so none can be listed here. An exit is its failure too: a run
    that ends in its middle is none that ended well. An interrupt is the person's, and passes.
    ``doing`` says what failed, and ``file`` is where the code is, if that is known.
    """

    def __init__(self, problem: Problem, doing: str = "", file: str = "") -> None:
        self._problem, self._doing, self._file = problem, doing, file

    def __enter__(self) -> None:
        """Cross over."""

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> Literal[False]:
        """Come back, maybe with an error in hand."""
        if error is not None and not isinstance(error, KeyboardInterrupt):
            says_itself = self._doing and isinstance(error, ImportError)
            kind = "" if says_itself else f"{type(error).__name__}: "
            place = _find_location(error, self._file)
            raise self._problem(f"{place}{self._doing}{kind}{_describe(error)}") from error
        return False


def load_module(name: str, folder: str, problem: Problem) -> ModuleType:
    """Return the module of that name: a file in `folder` comes before one that is installed.

    Raises:
        Exception: what `problem` makes, as there is no such module, or it fails.
    """
    beside = Path(folder, *name.split(".")).with_suffix(".py")
    with UserCode(problem, f"{name} cannot be imported: "):
        if folder and beside.is_file():
            return _module_at(name, beside)
        return importlib.import_module(name)


def load_file(path: Path, name: str, problem: Problem) -> ModuleType:
    """Return the module in a file, which others find under `name` from then on.

    Raises:
        Exception: what `problem` makes, as there is no such file, or it fails.
    """
    with UserCode(problem, f"{path} cannot be imported: ", str(path)):
        if not path.is_file():
            raise ImportError("there is no such file")
        return _module_at(name, path)


def find_attribute(module: ModuleType, path: str, problem: Problem, called: str = "") -> Any:  # noqa: ANN401 (it may be anything)
    """Return what a module, `called` so by its user, holds under a dotted `path`.

    Raises:
        Exception: what `problem` makes, as there is nothing there.
    """
    target: Any = module
    for name in path.split("."):
        with UserCode(problem):
            found = getattr(target, name, _MISSING)
        if found is _MISSING:
            raise problem(f"{called or module.__name__} has no {name!r}")
        target = found
    return target


def module_source(module: ModuleType) -> bytes:
    """Return what the file of a module holds; nothing if it comes from none."""
    file = getattr(module, "__file__", None)
    return b"" if file is None else Path(file).read_bytes()


def show_answer(answer: object) -> str:
    """Return what a user's code returned, cut short."""
    try:
        text = repr(answer)
    except Exception as error:  # noqa: BLE001 (a user's code, which may fail with anything)
        text = f"a {type(answer).__name__} that cannot be shown ({type(error).__name__})"
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."


def _module_at(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(name, module)
    spec.loader.exec_module(module)
    return module


def _describe(error: BaseException) -> str:
    """Return an error's text, which its own code may fail to make."""
    try:
        return str(error)[:_MAX_SHOWN]
    except Exception:  # noqa: BLE001 (a user's code, which may fail with anything)
        return "an error that cannot be shown"


def _find_location(error: BaseException, file: str) -> str:
    """Return the file and line where an error came up in a user's code, if it did there.

    What that code calls may fail in a file of its own: the line in `file` says more.
    """
    frames = extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if frame.filename == file] or frames[-1:]
    last = theirs[-1] if theirs else None
    if last is None or last.filename.startswith("<") or _is_ours(last.filename):
        return ""
    return f"{last.filename}:{last.lineno}: "


def _is_ours(file: str) -> bool:
    return Path(file).is_relative_to(Path(__file__).parent)
