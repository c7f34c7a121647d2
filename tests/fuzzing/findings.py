"""What a campaign looks for, and what its targets have in common."""

from types import TracebackType
from typing import Protocol, Self

from numpy.random import Generator


class Finding(Exception):
    """An input that did harm: a death, a 500, a traceback, a wait, or an answer that is none."""

    def __init__(self, what: str, given: object = "") -> None:
        super().__init__(f"{what}: {given!r:.2000}")


class Target(Protocol):
    """Something that takes inputs from outside."""

    def __enter__(self) -> Self:
        """Get ready."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Clean up."""

    def attempt(self, rng: Generator) -> str:
        """Try one input drawn with `rng`, and return in a word how it was answered.

        Raises:
            Finding: it did harm.
        """
