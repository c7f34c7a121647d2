"""From a class or a function to the text that names it, in this process and in others."""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from mock_service.errors import LearningPolicyInvalid
from mock_service.python_policies.reference import PREFIX, parse_reference

PolicyChoice = str | Callable[..., Any]
"""A preset, Vowpal Wabbit arguments, ``python:...``, or the class of a policy, or what makes one.

``functools.partial(LinUCB, alpha=0.5)`` makes one with arguments of its own.
"""

_SCRIPT = "__main__"


def policy_text(policy: PolicyChoice) -> str:
    """Return the text that names a policy; a text stays what it is.

    Raises:
        LearningPolicyInvalid: it is no class or function that its module has by its name.
    """
    if isinstance(policy, str):
        return policy
    made = policy.func if isinstance(policy, partial) else policy
    module, name = getattr(made, "__module__", None), getattr(made, "__qualname__", None)
    if module is None or name is None or _find(module, name) is not made:
        raise LearningPolicyInvalid(
            f"policy: expected a text, or a class or function of a module, got {policy!r:.200}"
        )
    text = f"{PREFIX}{module}:{name}{_arguments(policy)}"
    parse_reference(text)
    return text


def is_in_script(text: str) -> bool:
    """Say whether a policy is part of the script or notebook that runs, which workers lack."""
    return text.startswith(f"{PREFIX}{_SCRIPT}:")


def _arguments(policy: PolicyChoice) -> str:
    if not isinstance(policy, partial):
        return ""
    if policy.args:
        raise LearningPolicyInvalid(f"policy: expected arguments by name, got {policy!r:.200}")
    return f"({', '.join(f'{name}={value!r}' for name, value in policy.keywords.items())})"


def _find(module: str, name: str) -> object:
    found: object = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found
