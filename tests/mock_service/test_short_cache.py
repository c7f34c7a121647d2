"""What is short is remembered, and what is long is not."""

import pytest

from mock_service.short_cache import short_cache


def test_short_texts_are_worked_out_once_and_long_ones_each_time() -> None:
    """By their length, the bound included."""
    asked: list[str] = []

    @short_cache(8, longest=3)
    def upper(text: str) -> str:
        """Say it aloud."""
        asked.append(text)
        return text.upper()

    assert [upper(text) for text in ("abc", "abc", "abcd", "abcd")] == ["ABC", "ABC"] + 2 * ["ABCD"]
    assert asked == ["abc", "abcd", "abcd"]
    assert upper.__name__ == "upper"


def test_the_oldest_are_forgotten() -> None:
    """So that it holds no more than it says."""
    asked: list[str] = []

    @short_cache(2)
    def note(text: str) -> None:
        asked.append(text)

    for text in "abcab":
        note(text)

    assert asked == ["a", "b", "c", "a", "b"]


def test_what_is_raised_is_not_remembered() -> None:
    """It is raised again."""
    asked: list[bytes] = []

    @short_cache(2)
    def refuse(text: bytes) -> None:
        asked.append(text)
        raise ValueError

    for _ in range(2):
        with pytest.raises(ValueError, match=r"^$"):
            refuse(b"x")
    assert len(asked) == 2
