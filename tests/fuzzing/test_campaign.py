"""The campaign itself: a short one of each kind finds nothing, and what does harm is counted."""

from types import TracebackType
from typing import Self

import pytest
from numpy.random import Generator

from tests.fuzzing.findings import Finding
from tests.fuzzing.run import TARGETS, attack


class HarmfulTarget:
    """Something that every input harms."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Clean nothing up."""

    def attempt(self, rng: Generator) -> str:
        """Do harm."""
        raise Finding("harm", rng.integers(9))


@pytest.mark.parametrize("name", TARGETS)
def test_a_short_campaign_finds_nothing(name: str) -> None:
    """Each case is tried, and how it was answered is counted."""
    tried = attack(name, seed=3, first=0, cases=25, seconds=120)

    assert tried.findings == []
    assert tried.cases == sum(tried.answers.values()) == 25


def test_what_does_harm_is_counted_with_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that it can be tried again."""
    monkeypatch.setitem(TARGETS, "harmful", HarmfulTarget)

    tried = attack("harmful", seed=3, first=7, cases=2, seconds=120)

    assert [finding.split(":")[0] for finding in tried.findings] == ["harmful 7", "harmful 8"]
