"""Taking a snapshot into a loop's place: tried in a copy first, then taken in one step.

Nothing of ours changes until every row has been read, the policies have passed the gate, the
models have worked in a process of their own, and a loop has been made of it all. Its rows are then
brought in under the number of no loop, between the requests of others, and one transaction makes
them the loop's own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from mock_service.errors import LearningPolicyInvalid, ServiceProblem
from mock_service.evaluation.inquiry import Kind, Status, findings_of, inquiry_of
from mock_service.hosted import UNUSABLE
from mock_service.learning.policies import with_exploration
from mock_service.learning.policy_text import check_policy_text
from mock_service.learning.trial import try_model, validate_policy
from mock_service.loop.learning_loop import LearningLoop
from mock_service.loop.state import LoopState
from mock_service.storage.batch import Statement
from mock_service.storage.codec import check_number, to_number
from mock_service.storage.discarding import in_chunks
from mock_service.storage.ledger import Ledger
from mock_service.storage.loop_store import LoopStore
from mock_service.storage.loops_file import moment_kept
from mock_service.storage.recovery import last_checkpoint, position
from mock_service.storage.revival import MakeTools, revive_with
from mock_service.storage.snapshots import Snapshot, exchange, open_snapshot, taken_rows


@dataclass(frozen=True, slots=True)
class Restorable:
    """A snapshot that has proved itself, the loop made of it, and the number of its rows."""

    snapshot: Snapshot
    loop: LearningLoop
    number: int

    def rows(self) -> Iterator[list[Statement]]:
        """Yield what brings the rows in, in parts that others need not wait long for."""
        return in_chunks(taken_rows(self.snapshot, self.number))

    def take(self, ledger: Ledger, old: int, clock: datetime | None) -> None:
        """Make the rows those of the loop `old`, and let a manual clock show `clock`, at once.

        Raises:
            StorageFailed: it could not be kept; nothing was changed.
        """
        moments = [] if clock is None else [moment_kept(clock)]
        ledger.write_at_once([*exchange(self.snapshot, old, self.number), *moments])


def check_moment(moment: datetime, now: datetime) -> None:
    """Accept a snapshot that moves no clock forward, from whom the clock is not for.

    Raises:
        ServiceProblem: InvalidApiAccess, when the clock would have to show a later `moment`.
    """
    if moment > now:
        raise ServiceProblem(
            "InvalidApiAccess",
            "The snapshot was taken later than it is now, and the clock is that of all loops: "
            "move it with the key of the default loop first, by POST /mock/clock.",
        )


def prove_snapshot(
    content: bytes,
    ledger: Ledger,
    number: int,
    make_tools: MakeTools,
    moment_after: Callable[[datetime], datetime],
) -> Restorable:
    """Return what a snapshot's file holds, once it has proved that a loop can go on from it.

    Nothing is written, and only this thread is kept busy: a large one takes a while.
    `moment_after` says what the clock will show after a restore, given when the snapshot was taken.

    Raises:
        ServiceProblem: InvalidSnapshot, with what is wrong.
    """
    found = open_snapshot(content, _check_inquiry)
    try:
        _prove(found)
        tools = make_tools(
            found.state, LoopStore(ledger, number, position(found.ledger, found.number))
        )
        loop = revive_with(
            found.ledger, found.number, found.state, tools, moment_after(found.moment)
        )
    except UNUSABLE as error:
        found.close()
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise ServiceProblem(
            "InvalidSnapshot", f"No loop can go on from this snapshot: {reason}"
        ) from error
    return Restorable(found, loop, number)


def _prove(found: Snapshot) -> None:
    """Try the policies and the models of a snapshot where they can harm nobody."""
    state = found.state
    for policy in dict.fromkeys((state.policy, state.default_policy)):
        validate_policy(_arguments(policy, state), presets=False)
    kept = last_checkpoint(found.ledger, found.number)
    if kept is not None:
        for model in {kept.models.training, kept.models.published} - {b""}:
            try_model(_arguments(state.policy, state), model)


def _arguments(policy: str, state: LoopState) -> str:
    return with_exploration(policy, state.configuration.exploration)


def _check_inquiry(kind: str, status: str, asked: str, found: str) -> None:
    """Accept an inquiry as this program keeps it, whose policies may be shown to Vowpal Wabbit."""
    inquiry = inquiry_of(asked)
    findings_of(found)
    if Kind(kind) is not inquiry.kind:
        raise ValueError("an inquiry of two kinds")
    Status(status)
    try:
        for policy in (inquiry.online, *(one.arguments for one in inquiry.policies)):
            check_policy_text(policy)
    except LearningPolicyInvalid as error:
        raise ValueError(str(error)) from error
    for at in (inquiry.start, inquiry.end, inquiry.created):
        check_number(to_number(at))
