"""Taking a snapshot into a loop's place: tried in a copy first, then taken in one step.

Nothing of ours changes until every row has been read, the policies have passed the gate, the
models have worked in a process of their own, and a loop has been made of it all. Its rows are then
brought in under the number of no loop, between the requests of others, and one transaction makes
them the loop's own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from mock_service.errors import ApiError, LearningPolicyInvalid
from mock_service.evaluation.job import JobKind, Status, parse_request, parse_result
from mock_service.hosting.hosted_loop import UNUSABLE
from mock_service.loop.learning_loop import LearningLoop
from mock_service.loop.state import LoopState
from mock_service.storage.batch import Statement
from mock_service.storage.codec import check_number, to_microseconds
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.discarding import in_chunks
from mock_service.storage.loop_queries import last_checkpoint, position
from mock_service.storage.loop_store import LoopStore
from mock_service.storage.loops import stored_timestamp
from mock_service.storage.recovery import MakeTools, revive_with
from mock_service.storage.snapshots import Snapshot, exchange, open_snapshot, taken_rows
from mock_service.vowpal.policy_arguments import check_policy_text
from mock_service.vowpal.presets import with_exploration
from mock_service.vowpal.sandbox import try_model, validate_policy


@dataclass(frozen=True, slots=True)
class RestorableLoop:
    """A snapshot that has proved itself, the loop made of it, and the number of its rows."""

    snapshot: Snapshot
    loop: LearningLoop
    number: int

    def rows(self) -> Iterator[list[Statement]]:
        """Yield what brings the rows in, in parts that others need not wait long for."""
        return in_chunks(taken_rows(self.snapshot, self.number))

    def take(self, queue: CommitQueue, old: int, clock: datetime | None) -> None:
        """Make the rows those of the loop `old`, and let a manual clock show `clock`, at once.

        Raises:
            StorageFailed: it could not be kept; nothing was changed.
        """
        timestamps = [] if clock is None else [stored_timestamp(clock)]
        queue.write_now([*exchange(self.snapshot, old, self.number), *timestamps])


def check_timestamp(timestamp: datetime, now: datetime) -> None:
    """Accept a snapshot that moves no clock forward, from whom the clock is not for.

    Raises:
        ApiError: InvalidApiAccess, when the clock would have to show a later `timestamp`.
    """
    if timestamp > now:
        raise ApiError(
            "InvalidApiAccess",
            "The snapshot was taken later than it is now, and the clock is that of all loops: "
            "move it with the key of the default loop first, by POST /mock/clock.",
        )


def validate_snapshot(
    content: bytes,
    queue: CommitQueue,
    number: int,
    make_tools: MakeTools,
    timestamp_after: Callable[[datetime], datetime],
) -> RestorableLoop:
    """Return what a snapshot's file holds, once it has proved that a loop can go on from it.

    Nothing is written, and only this thread is kept busy: a large one takes a while.
    `timestamp_after` gives what the clock will show after a restore, from the snapshot's time.

    Raises:
        ApiError: InvalidSnapshot, with what is wrong.
    """
    found = open_snapshot(content, _check_inquiry)
    try:
        _prove(found)
        tools = make_tools(
            found.state, LoopStore(queue, number, position(found.queue, found.number))
        )
        loop = revive_with(
            found.queue, found.number, found.state, tools, timestamp_after(found.timestamp)
        )
    except UNUSABLE as error:
        found.close()
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise ApiError(
            "InvalidSnapshot", f"No loop can go on from this snapshot: {reason}"
        ) from error
    return RestorableLoop(found, loop, number)


def _prove(found: Snapshot) -> None:
    """Try the policies and the models of a snapshot in the sandbox."""
    state = found.state
    for policy in dict.fromkeys((state.policy, state.default_policy)):
        validate_policy(_arguments(policy, state), presets=False)
    kept = last_checkpoint(found.queue, found.number)
    if kept is not None:
        for model in {kept.models.training, kept.models.published} - {b""}:
            try_model(_arguments(state.policy, state), model)


def _arguments(policy: str, state: LoopState) -> str:
    return with_exploration(policy, state.exploration)


def _check_inquiry(kind: str, status: str, asked: str, found: str) -> None:
    """Accept an inquiry as this program keeps it, whose policies may be shown to Vowpal Wabbit."""
    inquiry = parse_request(asked)
    parse_result(found)
    if JobKind(kind) is not inquiry.kind:
        raise ValueError("an inquiry of two kinds")
    Status(status)
    try:
        for policy in (inquiry.online, *(one.arguments for one in inquiry.policies)):
            check_policy_text(policy)
    except LearningPolicyInvalid as error:
        raise ValueError(str(error)) from error
    for at in (inquiry.start, inquiry.end, inquiry.created):
        check_number(to_microseconds(at))
