"""A loop that goes on where it stopped, as if it never had."""

from collections.abc import Callable
from datetime import datetime

from mock_service.loop.dependencies import Dependencies, Store
from mock_service.loop.joining import Joiner
from mock_service.loop.learning_loop import LearningLoop
from mock_service.loop.state import LoopState
from mock_service.loop.training import Trainer, first_checkpoint
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.counting import counts
from mock_service.storage.loop_queries import (
    early_observations,
    last_checkpoint,
    last_timestamp,
    position,
    superseded_numbers,
    trained_events_after,
    waiting_events,
)
from mock_service.storage.loop_store import LoopStore
from mock_service.storage.uncertain import list_uncertain

MakeTools = Callable[[LoopState, Store], Dependencies]
"""Returns what a loop works with, given what it is and where it is kept."""


def recover_loop(
    queue: CommitQueue, number: int, state: LoopState, make_tools: MakeTools
) -> LearningLoop:
    """Return the loop that is kept under `number`: its models, lessons and waiting events.

    Raises:
        LearningPolicyInvalid: Vowpal Wabbit no longer accepts the loop's policy.
    """
    store = LoopStore(queue, number, position(queue, number), list_uncertain(queue, number))
    tools = make_tools(state, store)
    return revive_with(queue, number, state, tools, tools.clock.now())


def revive_with(
    queue: CommitQueue, number: int, state: LoopState, tools: Dependencies, now: datetime
) -> LearningLoop:
    """Return the loop that is kept under `number`, working with `tools` at the moment `now`.

    Raises:
        LearningPolicyInvalid: Vowpal Wabbit no longer accepts the loop's policy.
    """
    where = position(queue, number)
    start = last_checkpoint(queue, number) or first_checkpoint(state.created)
    trainer = Trainer(state, tools.factory, tools.store, start)
    for training in trained_events_after(queue, number, start.trained_events):
        trainer.learn(training.decision, training.reward, training.at)
    last = max(last_timestamp(queue, number) or start.modified, start.modified)
    last = min(last, now)  # an imported event may be of another time
    trainer.skip_exports_until(last)
    joiner = Joiner(tools.early)
    joiner.restore(
        where.decisions,
        waiting_events(queue, number),
        early_observations(queue, number, last),
        superseded_numbers(queue, number),
    )
    return LearningLoop(state, tools, trainer=trainer, joiner=joiner, stats=counts(queue, number))
