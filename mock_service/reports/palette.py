"""Colours that stay apart on white and on black, and for those who confuse red and green."""

from collections.abc import Sequence

_APART = ("#3b82d6", "#e08a1e", "#2a9d78", "#c4557d", "#8a6fd1", "#7a8794", "#b0a32a", "#45b0c9")
_ORDERED = ("#2f6fd0", "#1f9fb5", "#3aa655", "#b3a125", "#e08a1e", "#d9482f", "#a13d8f")


def colours(count: int, *, ordered: bool) -> list[str]:
    """Return `count` colours; those of an order run from cold to warm."""
    if not ordered:
        return [_APART[index % len(_APART)] for index in range(count)]
    last = len(_ORDERED) - 1
    return [_ORDERED[round(index * last / max(1, count - 1))] for index in range(count)]


def in_order(levels: Sequence[str]) -> bool:
    """Return whether levels are numbers, so that their colours should tell more from less."""
    return all(_is_number(level) for level in levels)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
