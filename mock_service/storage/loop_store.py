"""What one loop tells its store, as statements for the ledger."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import datetime

from mock_service.loop.decision import Action
from mock_service.loop.early import EARLY_WINDOW
from mock_service.loop.events import Observation, PendingEvent, Settlement
from mock_service.loop.slots import SEPARATOR
from mock_service.loop.state import Checkpoint, LoopState
from mock_service.storage.codec import (
    encode_actions,
    encode_answer,
    encode_state,
    to_microseconds,
)
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.loop_queries import Position, settled_events
from mock_service.storage.uncertain import OBSERVED, RewardKey, UncertainObservations

TRAINED_EVENTS_BETWEEN_CHECKPOINTS = 5_000
"""As many events are learned again in well under a second when a loop is recovered."""

_TEXTS_KEPT = 256
_CHARACTERS_KEPT = 2**22

_EVENT = """INSERT INTO events (loop, number, event_id, at, context, actions, answer, deferred,
    learning_mode, model) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_SETTLED = """UPDATE events SET settled = ?, settled_at = ?, activated = ?, lesson = ?, reward = ?,
    joined = ? WHERE loop = ? AND number = ?"""
_SUPERSEDED = "UPDATE events SET superseded = 1 WHERE loop = ? AND number = ?"
_ADOPTED = """UPDATE observations SET number = ?
    WHERE loop = ? AND event_id = ? AND number IS NULL AND at >= ?"""
_NEWEST_SLOT = """SELECT coalesce(max(number), 0) FROM events
    WHERE loop = ? AND event_id >= ? AND event_id < ?"""
_TAKEN = """UPDATE observations SET number = 0
    WHERE loop = ? AND event_id = ? AND number IS NULL"""
_OF_NO_EVENT = 0
"""The number of what joins no event, now or later; events count from 1."""
_MODELS = "REPLACE INTO models VALUES (?, ?, ?, ?, ?, ?, ?)"
_KNOWN = "SELECT 1 FROM events WHERE loop = ? AND event_id = ? LIMIT 1"


class LoopStore:
    """Keeps one loop, under its number in the file."""

    def __init__(
        self, queue: CommitQueue, loop: int, position: Position, uncertain: Iterable[RewardKey] = ()
    ) -> None:
        self.loop = loop
        self._queue = queue
        self._settled, self._last_text = position.settled, position.last_text
        self._texts: OrderedDict[tuple[Action, ...], int] = OrderedDict()
        self._texts_length = 0
        self._latest: set[str] = set()
        self._commits, self._cuts = queue.commits, queue.cuts
        self._uncertain = UncertainObservations(queue, loop, uncertain)

    def save_decision(self, event: PendingEvent) -> None:
        """Keep a new decision, and which early observations are its own."""
        decision = event.decision
        self._remember(decision.event_id)
        self._queue.write(
            _EVENT,
            (
                self.loop,
                event.number,
                decision.event_id,
                to_microseconds(decision.at),
                decision.context,
                self._text(decision.candidates),
                encode_answer(decision),
                decision.deferred,
                decision.learning_mode.value,
                decision.model,
            ),
        )
        if event.supersedes:
            self._queue.write(_SUPERSEDED, (self.loop, event.supersedes))
        if event.adopts:
            since = to_microseconds(decision.at - EARLY_WINDOW)
            self._queue.write(_ADOPTED, (event.number, self.loop, decision.event_id, since))

    def absorbs(self, event_id: str, reward: float | None) -> bool:
        """Say whether an observation repeats one that was answered as uncertain, and is kept."""
        return self._uncertain.absorb(event_id, reward)

    def save_observation(
        self, observation: Observation, event: PendingEvent | None, *, is_dropped: bool = False
    ) -> bool:
        """Keep an observation; say whether it is about an event that has settled."""
        number = event.number if event is not None else _OF_NO_EVENT if is_dropped else None
        is_late = event is None and self.knows(observation.event_id)
        self._queue.write(
            OBSERVED,
            (
                self.loop,
                number,
                observation.event_id,
                to_microseconds(observation.at),
                observation.reward,
                is_late,
            ),
        )
        return is_late

    def took_early(self, event_id: str) -> None:
        """Keep that the early observations of this id have had their effect, and join nothing."""
        self._queue.write(_TAKEN, (self.loop, event_id))

    def knows(self, event_id: str) -> bool:
        """Say whether an event of this id is kept."""
        if self._commits == self._queue.commits and event_id in self._latest:
            return True
        return self._queue.query(_KNOWN, (self.loop, event_id)).fetchone() is not None

    def newest_slot(self, event_id: str) -> int:
        """Return the number of the decision that was made last for a multi-slot event, or 0."""
        bounds = (self.loop, event_id + SEPARATOR, event_id + chr(ord(SEPARATOR) + 1))
        (number,) = self._queue.query(_NEWEST_SLOT, bounds).fetchone()
        return int(number)

    def save_settlement(self, event: PendingEvent, settlement: Settlement) -> None:
        """Keep how a decision's wait ended."""
        self._settled += 1
        self._queue.write(
            _SETTLED,
            (
                self._settled,
                to_microseconds(settlement.at),
                event.activated,
                settlement.training,
                settlement.reward,
                settlement.joined,
                self.loop,
                event.number,
            ),
        )

    def history(self, since: datetime) -> Iterator[PendingEvent]:
        """Yield the settled events decided since that moment, in the order they settled."""
        return settled_events(self._queue, self.loop, since=to_microseconds(since))

    def save_state(self, state: LoopState) -> None:
        """Keep a loop's new settings."""
        self._queue.write(
            "UPDATE loops SET state = ? WHERE id = ?", (encode_state(state), self.loop)
        )

    def wants_checkpoint(self, trained_events: int) -> bool:
        """Return whether learning from `trained_events` again would make a restart slow."""
        return trained_events >= TRAINED_EVENTS_BETWEEN_CHECKPOINTS

    def checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep the models."""
        models = checkpoint.models
        self._queue.write(
            _MODELS,
            (
                self.loop,
                models.training,
                models.published,
                checkpoint.trained_events,
                checkpoint.published_trained_events,
                checkpoint.version,
                to_microseconds(checkpoint.modified),
            ),
        )

    def _remember(self, event_id: str) -> None:
        """Remember the latest ids: until they are committed, a query does not find them.

        Afterwards only the query may answer: the log can be let go of.
        """
        if self._commits != self._queue.commits:
            self._commits = self._queue.commits
            self._latest.clear()
        self._latest.add(event_id)

    def _text(self, actions: tuple[Action, ...]) -> int:
        """Return the number under which these actions are kept: most requests repeat them."""
        if self._cuts != self._queue.cuts:
            self._cuts = self._queue.cuts
            self._texts.clear()
        number = self._texts.get(actions)
        if number is not None:
            self._texts.move_to_end(actions)
            return number
        self._last_text += 1
        self._texts_length += _length(actions)
        while self._texts and (
            len(self._texts) >= _TEXTS_KEPT or self._texts_length > _CHARACTERS_KEPT
        ):
            self._texts_length -= _length(self._texts.popitem(last=False)[0])
        self._texts[actions] = self._last_text
        self._queue.write(
            "INSERT INTO texts VALUES (?, ?, ?)",
            (self.loop, self._last_text, encode_actions(actions)),
        )
        return self._last_text


def _length(actions: tuple[Action, ...]) -> int:
    return sum([len(action.features) for action in actions])
