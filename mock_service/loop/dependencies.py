"""What a loop works with."""

from dataclasses import dataclass, field
from typing import Protocol

from mock_service.clock import Clock
from mock_service.loop.early import EarlyBudget
from mock_service.loop.protocols import (
    ActionSampler,
    EventStore,
    LearnerFactory,
    ModelCanonicalizer,
    StateStore,
)


class Store(EventStore, StateStore, Protocol):
    """Keeps all there is to a loop."""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What a loop works with; none of it is its own."""

    factory: LearnerFactory
    clock: Clock
    store: Store
    choose: ActionSampler
    canonicalizer: ModelCanonicalizer
    early: EarlyBudget = field(default_factory=EarlyBudget)
