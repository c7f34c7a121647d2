"""A loop that goes on where it stopped, as if it never had."""

from collections.abc import Callable

from mock_service.loop.joining import Joiner
from mock_service.loop.learning_loop import LearningLoop
from mock_service.loop.state import LoopState
from mock_service.loop.teaching import Teacher, first_checkpoint
from mock_service.loop.tools import Store, Tools
from mock_service.storage.ledger import Ledger
from mock_service.storage.loop_store import LoopStore
from mock_service.storage.recovery import (
    counts,
    early_observations,
    last_checkpoint,
    last_moment,
    lessons_after,
    position,
    waiting_events,
)

MakeTools = Callable[[LoopState, Store], Tools]
"""Returns what a loop works with, given what it is and where it is kept."""


def revive(ledger: Ledger, number: int, state: LoopState, make_tools: MakeTools) -> LearningLoop:
    """Return the loop that is kept under `number`: its models, lessons and waiting events.

    Raises:
        LearningPolicyInvalid: Vowpal Wabbit no longer accepts the loop's policy.
    """
    where = position(ledger, number)
    tools = make_tools(state, LoopStore(ledger, number, where))
    start = last_checkpoint(ledger, number) or first_checkpoint(state.created)
    teacher = Teacher(state, tools.factory, tools.store, start)
    for lesson in lessons_after(ledger, number, start.lessons):
        teacher.learn(lesson.decision, lesson.reward, lesson.at)
    joiner = Joiner(tools.early)
    last = last_moment(ledger, number)
    if last is not None:
        teacher.skip_exports_until(last)
        joiner.restore(
            where.decisions,
            waiting_events(ledger, number),
            early_observations(ledger, number, last),
        )
    return LearningLoop(state, tools, teacher=teacher, joiner=joiner, counts=counts(ledger, number))
