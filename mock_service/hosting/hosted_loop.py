"""A loop of a server: read back from storage, or said in one line why it cannot be."""

import logging
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace

from mock_service.errors import DataUnusable, MockServiceError, SettingsInvalid
from mock_service.loop.learning_loop import LearningLoop
from mock_service.settings import LoopSettings
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.loop_queries import last_checkpoint, last_timestamp
from mock_service.storage.loops import LoopRow
from mock_service.storage.recovery import MakeTools, recover_loop
from mock_service.vowpal.model_file import check_header
from mock_service.vowpal.policy_arguments import check_policy_text

UNUSABLE = (
    MockServiceError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    sqlite3.Error,
)
"""What rows and models can lead to that this program has not written, or not in this version."""

_UNSAVED = frozenset({"--cover", "--rnd"})
"""Explorations whose state no model holds."""

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")
_LOG = logging.getLogger("personalizer_lab")
"""Until a server sets up its logs, warnings go to stderr as they are."""


@dataclass(frozen=True, slots=True)
class HostedLoop:
    """A learning loop, its number in storage, and the two keys either of which opens it."""

    name: str
    number: int
    loop: LearningLoop
    keys: tuple[str, str]

    @property
    def settings(self) -> LoopSettings:
        """How it would begin anew."""
        state = self.loop.state
        configuration = replace(state.configuration, exploration=state.exploration)
        return LoopSettings(
            state.mode, state.policy, state.seed, configuration, exploration_is_explicit=True
        )


def check_loop_name(name: str) -> None:
    """Accept a name that an endpoint can hold.

    Raises:
        SettingsInvalid: it cannot.
    """
    if not _NAME.fullmatch(name):
        raise SettingsInvalid(
            f"{name!r} is no name of a loop: expected 1 to 64 letters, digits, '.', '-' or '_'"
        )


def recover_hosted(queue: CommitQueue, kept: LoopRow, make_tools: MakeTools) -> HostedLoop:
    """Return a kept loop as it goes on.

    Raises:
        DataUnusable: it cannot; the message names the loop and what to do.
    """
    try:
        _check(queue, kept)
        loop = recover_loop(queue, kept.number, kept.state, make_tools)
    except UNUSABLE as error:
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise DataUnusable(
            f"the loop {kept.name!r} cannot go on from what is stored: {reason}. Nothing was "
            "changed: choose another --data-dir, or put a copy of the folder in its place"
        ) from error
    return HostedLoop(kept.name, kept.number, loop, kept.keys)


def warn_of_losses(queue: CommitQueue, loops: Iterable[HostedLoop]) -> None:
    """Say what the last server's log does not give back, if anything, and where the loops stand."""
    loss = queue.loss
    if not loss:
        return
    stands = "; ".join(_stand(queue, hosted) for hosted in loops) or "nothing"
    _LOG.warning(
        "personalizer-lab: the write-ahead log of the data folder %s: %s.\n"
        "personalizer-lab: what is kept: %s. The server goes on from there.",
        loss.fault,
        loss.cost,
        stands,
    )


def warn_of_unsaved_exploration(loops: Iterable[HostedLoop]) -> None:
    """Say of recovered loops that explore by what Vowpal Wabbit does not save."""
    for hosted in loops:
        options = {word.partition("=")[0] for word in hosted.loop.state.policy.split()}
        unsaved = sorted(_UNSAVED & options)
        if unsaved and hosted.loop.stats.decisions:
            _LOG.warning(
                "personalizer-lab: Vowpal Wabbit saves no state of %s: the loop %r goes on with "
                "what it has learned, but with other probabilities than without a restart.",
                " and ".join(unsaved),
                hosted.name,
            )


def _check(queue: CommitQueue, kept: LoopRow) -> None:
    """See, without Vowpal Wabbit, that a loop holds nothing that would end the process."""
    check_policy_text(kept.state.policy)
    models = last_checkpoint(queue, kept.number)
    if models is not None:
        for model in {models.models.training, models.models.published} - {b""}:
            check_header(model)


def _stand(queue: CommitQueue, hosted: HostedLoop) -> str:
    at = last_timestamp(queue, hosted.number)
    until = "no event" if at is None else f"until {at:%Y-%m-%d %H:%M:%S} UTC"
    return f"loop {hosted.name!r}, {hosted.loop.stats.decisions} decisions, {until}"
