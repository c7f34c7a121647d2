"""What is known about a loop's learning, from wherever it was gathered; None is what is not."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from mock_service.loop.configuration import LearningMode, Mode


class FeatureKind(StrEnum):
    """What the values of a feature mostly are."""

    WORD = "word"
    NUMBER = "number"
    LARGE_NUMBER = "large number"
    """Whole, and of six digits or more: numbers of this size are names of something."""
    TIMESTAMP = "moment"


class FeatureSeen(NamedTuple):
    """One feature of the context or of actions: how often it was seen, and with how many values."""

    side: str
    name: str
    times: int
    values: int
    kind: FeatureKind
    example: str


class ActionSeen(NamedTuple):
    """One action: how often it was offered and shown, and how often its chances let one expect."""

    id: str
    offered: int
    shown: int
    expected: float


@dataclass(frozen=True, slots=True)
class DecisionStats:
    """What decisions show, all of them or the latest.

    ``contexts`` counts different ones. ``settled`` decisions brought rewards between ``lowest`` and
    ``highest``, defaults included. Of the ``choices``, decisions among two or more actions, some
    were ``certain`` (the chosen action had every chance) and some ``even`` (all had the same), and
    in ``alike`` of them no action had a feature that another had not: None where features of
    actions are unknown. ``initials`` are the first letters of the context's namespaces.
    """

    decisions: int
    contexts: int
    settled: int
    lowest: float
    highest: float
    choices: int
    certain: int
    even: int
    alike: int | None
    initials: frozenset[str]
    actions: tuple[ActionSeen, ...]
    features: tuple[FeatureSeen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackCounts:
    """What a loop has heard and what became of it, in counts of events or of rewards.

    ``joined`` and ``defaulted`` decisions have settled with and without a reward; ``dormant`` ones
    are deferred, wait, and were not activated so far. ``late`` rewards came after their wait, and
    ``strays`` belong to no event that is known. ``published`` lessons are in the model that ranks.
    """

    decisions: int
    rewards: int
    joined: int
    defaulted: int
    not_activated: int
    trained: int
    waiting: int = 0
    dormant: int = 0
    late: int = 0
    strays: int | None = None
    published: int | None = None
    next_export: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopSetup:
    """How a loop is set up."""

    policy: str | None = None
    exploration: float | None = None
    wait: timedelta | None = None
    mode: Mode | None = None
    learning_mode: LearningMode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopEvidence:
    """All that could be found out about a loop; ``unknown`` says in words what could not."""

    index: str
    arrangement: LoopSetup = field(default_factory=LoopSetup)
    feedback: FeedbackCounts | None = None
    seen: DecisionStats | None = None
    unknown: tuple[str, ...] = ()
