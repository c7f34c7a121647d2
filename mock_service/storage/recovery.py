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
    last_moment,
    lessons_after,
    position,
    superseded_numbers,
    waiting_events,
)
from mock_service.storage.loop_store import LoopStore
from mock_service.storage.uncertain import list_uncertain

MakeTools = Callable[[LoopState, Store], Dependencies]
"""Returns what a loop works with, given what it is and where it is kept."""


def recover_loop(
    ledger: CommitQueue, number: int, state: LoopState, make_tools: MakeTools
) -> LearningLoop:
    """Return the loop that is kept under `number`: its models, lessons and waiting events.

    Raises:
        LearningPolicyInvalid: Vowpal Wabbit no longer accepts the loop's policy.
    """
    store = LoopStore(ledger, number, position(ledger, number), list_uncertain(ledger, number))
    tools = make_tools(state, store)
    return revive_with(ledger, number, state, tools, tools.clock.now())


def revive_with(
    ledger: CommitQueue, number: int, state: LoopState, tools: Dependencies, now: datetime
) -> LearningLoop:
    """Return the loop that is kept under `number`, working with `tools` at the moment `now`.

    Raises:
        LearningPolicyInvalid: Vowpal Wabbit no longer accepts the loop's policy.
    """
    where = position(ledger, number)
    start = last_checkpoint(ledger, number) or first_checkpoint(state.created)
    teacher = Trainer(state, tools.factory, tools.store, start)
    for lesson in lessons_after(ledger, number, start.lessons):
        teacher.learn(lesson.decision, lesson.reward, lesson.at)
    last = max(last_moment(ledger, number) or start.modified, start.modified)
    last = min(last, now)  # an imported event may be of another time
    teacher.skip_exports_until(last)
    joiner = Joiner(tools.early)
    joiner.restore(
        where.decisions,
        waiting_events(ledger, number),
        early_observations(ledger, number, last),
        superseded_numbers(ledger, number),
    )
    return LearningLoop(state, tools, teacher=teacher, joiner=joiner, counts=counts(ledger, number))
