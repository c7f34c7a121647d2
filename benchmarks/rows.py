"""What measurements come to: a row with our figure, the peer's, their ratio and what was wanted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median


class Direction(StrEnum):
    """On which side of its bound a target lies."""

    AT_LEAST = ">="
    AT_MOST = "<="


@dataclass(frozen=True, slots=True)
class Figure:
    """The median of a run's rounds, between their quartiles."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> "Figure":
        """Return what the rounds of one measurement come to."""
        ordered = sorted(figures)
        quarter = len(ordered) // 4
        return cls(median(ordered), ordered[quarter], ordered[-1 - quarter])


@dataclass(frozen=True, slots=True)
class Target:
    """What is wanted."""

    direction: Direction
    bound: float

    def __str__(self) -> str:
        return f"{self.direction} {self.bound:,g}"

    def holds_for(self, figure: Figure) -> bool:
        """Say whether a figure's median is what is wanted."""
        if self.direction is Direction.AT_LEAST:
            return figure.median >= self.bound
        return figure.median <= self.bound


def at_least(bound: float) -> Target:
    """Return the target of a figure that should be high."""
    return Target(Direction.AT_LEAST, bound)


def at_most(bound: float) -> Target:
    """Return the target of a figure that should be low."""
    return Target(Direction.AT_MOST, bound)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; its target is the ratio's where there is a peer, and ours if not."""

    name: str
    unit: str
    ours: Figure
    peer: str = ""
    theirs: Figure | None = None
    ratio: Figure | None = None
    target: Target | None = None

    @property
    def holds(self) -> bool | None:
        """Whether the target is met; None if there is none."""
        return None if self.target is None else self.target.holds_for(self.ratio or self.ours)


def alone(name: str, unit: str, figures: Sequence[float], target: Target | None = None) -> Row:
    """Return the row of figures that stand by themselves."""
    return Row(name, unit, Figure.of(figures), target=target)


def against(
    peer: str, name: str, unit: str, rounds: Sequence[Sequence[float]], target: Target | None
) -> Row:
    """Return the row of our figures and a peer's; the ratio is taken within each round."""
    return Row(
        name,
        unit,
        Figure.of([ours for ours, _ in rounds]),
        peer,
        Figure.of([theirs for _, theirs in rounds]),
        Figure.of([ours / theirs for ours, theirs in rounds]),
        target,
    )


def in_turn(rounds: int, *measurements: Callable[[], float]) -> list[tuple[float, ...]]:
    """Measure A, B, A, B, so that what the machine does meanwhile meets them all alike."""
    return [tuple(measure() for measure in measurements) for _ in range(rounds)]
