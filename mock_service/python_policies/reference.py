"""How a policy in Python is named: ``python:FILE_OR_MODULE:NAME``, maybe with arguments.

``python:linucb.py:LinUCB`` is a class in a file, ``python:shop.policies:make`` a function of a
module, and ``python:linucb.py:LinUCB(alpha=0.5)`` one with an argument of its own.
"""

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from types import ModuleType
from typing import Any

from mock_service.errors import LearningPolicyInvalid
from mock_service.loop.configuration import Configuration
from mock_service.user_code import (
    Problem,
    UserCode,
    find_attribute,
    load_file,
    load_module,
    module_source,
)

PREFIX = "python:"
_FORM = re.compile(r"python:(?P<module>.+):(?P<name>[^\W\d][\w.]*)(?P<call>\(.*\))?", re.DOTALL)
_EXPECTED = "expected python:FILE_OR_MODULE:NAME, maybe with arguments like NAME(alpha=0.5)"


@dataclass(frozen=True, slots=True)
class PolicyReference:
    """Where a policy is, and with which arguments it is made."""

    text: str
    module: str
    name: str
    arguments: Mapping[str, Any]

    @property
    def file(self) -> Path | None:
        """The file that holds the policy, if it is named by one."""
        path = Path(self.module)
        return path if path.suffix == ".py" or len(path.parts) > 1 else None

    @property
    def short_name(self) -> str:
        """The policy without where it is: ``LinUCB(alpha=0.5)``."""
        return self.name + self.text.partition(f":{self.name}")[2]

    def problem(self, said: str) -> Exception:
        """Return the error that says what is wrong with this policy, in one line."""
        return LearningPolicyInvalid(f"the policy {self.text}: {' '.join(said.split())}")


def is_python_policy(text: str) -> bool:
    """Say whether a learning policy is one in Python."""
    return text.startswith(PREFIX)


@lru_cache(maxsize=64)
def parse_reference(text: str) -> PolicyReference:
    """Return what a text like ``python:linucb.py:LinUCB(alpha=0.5)`` names.

    Raises:
        LearningPolicyInvalid: it is not of that form.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise LearningPolicyInvalid(f"{text!r} is no policy in Python: {_EXPECTED}")
    arguments = _parse_arguments(text, found["call"] or "()")
    return PolicyReference(text, found["module"], found["name"], arguments)


def short_name(text: str) -> str:
    """Return the name of a policy in Python, and its arguments; another policy's text as it is.

    Raises:
        LearningPolicyInvalid: it begins as one in Python, and is none.
    """
    return parse_reference(text).short_name if is_python_policy(text) else text


def read_source(text: str) -> bytes:
    """Return what the file of a policy in Python holds.

    Raises:
        LearningPolicyInvalid: there is no such policy, or its module fails.
    """
    return module_source(load_policy_module(parse_reference(text)))


def find_factory(reference: PolicyReference) -> Callable[..., object]:
    """Return the class or function that makes a policy.

    Raises:
        LearningPolicyInvalid: there is none, or its module fails.
    """
    module = load_policy_module(reference)
    found = find_attribute(module, reference.name, reference.problem, reference.module)
    if not callable(found):
        raise reference.problem(
            f"expected a class, or a function that makes a policy, got {type(found).__name__}"
        )
    factory: Callable[..., object] = found
    return factory


def wanted_arguments(reference: PolicyReference, seed: int, exploration: float) -> dict[str, Any]:
    """Return the arguments to make a policy with: its own, and of the loop's those that it names.

    A seed that is written wins over the run's; `exploration` is the loop's, which knows what is
    written.

    Raises:
        LearningPolicyInvalid: it does not take them.
    """
    parameters = _parameters(reference)
    offered = {"seed": seed, "exploration": exploration}
    taken = {name: value for name, value in offered.items() if name in parameters}
    written = {name: value for name, value in reference.arguments.items() if name != "exploration"}
    arguments = {**reference.arguments, **taken, **written}
    with UserCode(reference.problem):
        inspect.Signature(list(parameters.values())).bind(**arguments)
    return arguments


def has_rate(text: str) -> bool:
    """Say whether the loop's rate of exploration steers a policy in Python.

    Raises:
        LearningPolicyInvalid: there is no such policy.
    """
    return "exploration" in _parameters(parse_reference(text))


def own_rate(text: str) -> float:
    """Return the rate of a policy in Python for which none was chosen: its own, or the default.

    Raises:
        LearningPolicyInvalid: there is no such policy, or its rate is none.
    """
    reference = parse_reference(text)
    usual = Configuration().exploration
    parameter = _parameters(reference).get("exploration")
    if parameter is None:
        return usual
    default = usual if parameter.default is inspect.Parameter.empty else parameter.default
    rate = reference.arguments.get("exploration", default)
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
        raise reference.problem(f"exploration: expected a share from 0 to 1, got {rate!r}")
    return float(rate)


def load_policy_module(reference: PolicyReference) -> ModuleType:
    """Return the module that holds a policy; a file that has changed since is loaded again.

    Raises:
        LearningPolicyInvalid: there is no such module, or it fails.
    """
    path = reference.file
    if path is None:
        with _importable(Path.cwd()):
            return load_module(reference.module, "", reference.problem)
    changed = path.stat().st_mtime_ns if path.is_file() else 0
    return _load_file(path.absolute(), changed, reference.problem)


_loaded: dict[tuple[Path, int], ModuleType] = {}
"""Modules by their file and when it last changed."""


def _load_file(path: Path, changed: int, problem: Problem) -> ModuleType:
    """Load a file once, under a name of its own: copies of a policy find its class by that."""
    if (path, changed) not in _loaded:
        digest = blake2b(f"{path} {changed}".encode(errors="surrogatepass"), digest_size=8)
        name = f"{path.stem}_{digest.hexdigest()}"
        with _importable(path.parent):
            _loaded[path, changed] = load_file(path, name, problem)
    return _loaded[path, changed]


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Let what is imported meanwhile find the modules in a folder, as a script's own are found."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def _parameters(reference: PolicyReference) -> Mapping[str, inspect.Parameter]:
    factory = find_factory(reference)
    with UserCode(reference.problem, "its arguments cannot be told: "):
        return inspect.signature(factory).parameters


def _parse_arguments(text: str, call: str) -> dict[str, Any]:
    """Return the keyword arguments in a text like ``(alpha=0.5)``: literals, and nothing to run."""
    try:
        parsed = ast.parse(f"f{call}", mode="eval").body
        is_plain = isinstance(parsed, ast.Call) and isinstance(parsed.func, ast.Name)
        if isinstance(parsed, ast.Call) and is_plain and not parsed.args:
            words = {word.arg: ast.literal_eval(word.value) for word in parsed.keywords}
            if None not in words:
                return {str(name): value for name, value in words.items()}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    raise LearningPolicyInvalid(
        f"{text!r}: expected arguments by name and as plain values, like NAME(alpha=0.5)"
    )
