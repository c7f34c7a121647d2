"""Opening and saving Vowpal Wabbit, and the numbers it answers with."""

import tempfile
import weakref
from collections.abc import Callable
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import TypeAlias

import pylibvw
from numpy import float32
from vowpalwabbit import pyvw

from mock_service.errors import ApiError, LearningPolicyInvalid
from mock_service.vowpal.policy_arguments import to_vw_arguments

_ALWAYS = (
    "--json --quiet --no_stdin --save_resume --preserve_performance_counters "
    "--example_queue_limit 8"  # room for more is made when it is needed; 256 take 8 MB at once
)


def float32_decimal(probability: float) -> float:
    """Return the shortest decimal that is the same single-precision number.

    That is how the wire writes it, so a client reads exactly the propensity that is stored.

    Raises:
        ApiError: ModelRankingError, for what is no number.
    """
    return SHORTEST[probability]


class _Shortest(dict[float, float]):
    """The shortest decimals of numbers, worked out once: policies repeat theirs."""

    def __missing__(self, probability: float) -> float:
        """Work one out, and let go of all when there are many.

        Raises:
            ApiError: ModelRankingError, for what is no number: a model whose weights have
                grown beyond all measure answers so.
        """
        if not isfinite(probability):
            raise ApiError("ModelRankingError")
        if len(self) >= _KEPT:
            self.clear()
        found = self[probability] = float(str(float32(probability)))
        return found


_KEPT = 4096
SHORTEST = _Shortest()
"""By number: the shortest decimal that is the same in single precision."""


def open_workspace(arguments: str, model: bytes | Path) -> pyvw.Workspace:
    """Return a workspace that starts from `model`, or from a file, or untrained when it is empty.

    Raises:
        LearningPolicyInvalid: Vowpal Wabbit does not accept `arguments`.
    """
    text = f"{to_vw_arguments(arguments)} {_ALWAYS}"
    try:
        if not model:
            return pyvw.Workspace(text)
        if isinstance(model, Path):
            return pyvw.Workspace(f"{text} --initial_regressor {model}")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.vw")
            path.write_bytes(model)
            return pyvw.Workspace(f"{text} --initial_regressor {path}")
    except RuntimeError as error:
        raise LearningPolicyInvalid(
            f"Vowpal Wabbit does not accept the learning policy {arguments!r}: {error}"
        ) from error


@lru_cache(maxsize=64)
def check_arguments(arguments: str) -> None:
    """Let Vowpal Wabbit look at `arguments`; those it has accepted once it need not see again.

    Raises:
        LearningPolicyInvalid: it does not accept them.
    """
    open_workspace(arguments, b"").finish()


Example: TypeAlias = pylibvw.example
"""An example as Vowpal Wabbit holds it."""


def parse(workspace: pyvw.Workspace, document: str) -> list[Example]:
    """Return the examples of a JSON document; each is to be finished in the end.

    `Workspace.parse` wraps each of these in a Python object, which takes twice as long as parsing,
    and makes every later use of it slower.
    """
    examples: list[Example] = workspace._parse(document)  # noqa: SLF001 (see above)
    return examples


def finish_examples(workspace: pyvw.Workspace, examples: list[Example]) -> None:
    """Give examples back to the workspace that parsed them, once.

    `Workspace.finish_example` takes nothing but the objects that `Workspace.parse` makes.
    """
    workspace._finish_example_multi_ex(examples)  # noqa: SLF001 (see above)


def get_costs(actions: list[Example]) -> list[float]:
    """Return the cost of each action as it was last predicted."""
    return list(map(Example.get_partial_prediction, actions))


def finalizer_for(
    owner: object, workspace: pyvw.Workspace, first: Callable[[], None] = lambda: None
) -> Callable[[], object]:
    """Return what finishes a workspace, once: called, or when its owner is no longer there.

    Python alone would not give the memory of a workspace back, nor that of its examples.
    """

    def finish() -> None:
        first()
        workspace.finish()

    finalizer = weakref.finalize(owner, finish)
    finalizer.atexit = False
    return finalizer


def save(workspace: pyvw.Workspace) -> bytes:
    """Return the model as Vowpal Wabbit writes it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.vw")
        workspace.save(path)
        return path.read_bytes()
