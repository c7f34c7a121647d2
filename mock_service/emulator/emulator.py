"""The test bench a server stands on: what it takes to watch its loops and to steer them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic_core import from_json

from mock_service.clock import ManualClock
from mock_service.emulator.interception import Interception
from mock_service.emulator.record import RecordedDecision, record_decision
from mock_service.errors import ControlRequestInvalid
from mock_service.hosting.service import Service
from mock_service.loop.decision import Decision, RankRequest
from mock_service.loop.decision_history import DecisionHistory
from mock_service.loop.ids import SeededIds
from mock_service.loop.script import ChoiceScript
from mock_service.rest.schemas import RankableAction, RankRequestBody
from mock_service.rest.validation import rank_request
from mock_service.settings import DEFAULT_LOOP, LoopSettings


@dataclass(frozen=True, slots=True)
class Emulator:
    """A server's loops, the traffic in front of them, a script and a witness."""

    service: Service
    interception: Interception
    script: ChoiceScript
    history: DecisionHistory

    def reset(self, settings: LoopSettings) -> None:
        """Begin anew: a fresh loop, nothing ordered, nothing noted, a manual clock at its start.

        Raises:
            LearningPolicyInvalid: the policy of `settings` is refused; nothing has changed then.
        """
        if isinstance(self.service.clock, ManualClock):
            self.service.clock.restart()
        self.service.loops.reset(settings)
        self.interception.clear()
        self.script.clear()
        self.history.clear()

    def remove_loop(self, name: str) -> None:
        """End a loop; what is known of its calls and decisions is for no later one of its name."""
        number = self.service.loops[name].number
        self.service.loops.remove(name)
        self.history.forget(number)
        self.interception.journal.disown(name)
        self.interception.held.clear(name)

    def reset_loop(self, name: str, settings: LoopSettings) -> None:
        """Let one loop begin anew, with no calls and decisions; all others go on.

        Raises:
            LearningPolicyInvalid: the policy of `settings` is refused; nothing has changed then.
        """
        number = self.service.loops[name].number
        self.service.loops.reset(settings, name)
        self.history.forget(number)
        self.interception.journal.clear(name)
        self.interception.held.clear(name)

    @property
    def seed(self) -> str:
        """What decides, with the event id, which action is drawn."""
        return self.script.seed or self.service.loops.settings.seed

    def reseed(self, seed: str) -> None:
        """Let `seed` decide what is drawn, and which ids are made up, from now on."""
        self.script.seed = seed
        self.service.ids = SeededIds(seed)

    async def advance(self, step: timedelta) -> None:
        """Move the manual clock; what was held back is handled at its own moment on the way.

        Raises:
            TypeError: the clock is the machine's.
            ControlRequestInvalid: it cannot move that far; nothing has changed then.
        """
        held, clock = self.interception.held, self.service.clock
        if isinstance(clock, ManualClock):
            clock.check_step(step)
        target = clock.now() + step
        while (due := held.next_due()) is not None and due <= target:
            await self.service.housekeeping.advance_in_slices(max(due - clock.now(), timedelta()))
            await held.run_due(clock.now())
        await self.service.housekeeping.advance_in_slices(max(target - clock.now(), timedelta()))

    def snapshot(self) -> bytes:
        """Return the default loop as one file."""
        self.service.default.loop.settle()
        return self.service.snapshots.take(DEFAULT_LOOP)

    async def restore(self, snapshot: bytes) -> None:
        """Make the default loop what it was.

        Raises:
            ApiError: InvalidSnapshot; nothing was changed.
        """
        await self.service.snapshots.restore(DEFAULT_LOOP, snapshot)

    def decisions(self, loop: str | None = None) -> tuple[RecordedDecision, ...]:
        """Return the latest decisions of one loop or all, and what became of them, oldest first."""
        for hosted in self.service.loops.values():
            hosted.loop.settle()
        return tuple(
            record_decision(*recorded) for recorded in self.history.decisions(self._number(loop))
        )

    def teach(
        self,
        context: list[dict[str, Any]],
        action: RankableAction | str,
        reward: float,
        times: int,
        *,
        loop: str | None = None,
    ) -> None:
        """Let a loop, the default one if None, learn that `action` earned `reward` in `context`.

        An action may be named by its id once a rank of the loop has offered it; the default loop
        may use those of all.

        Raises:
            ControlRequestInvalid: no rank has.
            ApiError: the features are not what a rank accepts.
        """
        candidate = self._action(action, loop) if isinstance(action, str) else action
        asked = lesson_request(context, candidate)
        chosen = asked.actions
        now = self.service.clock.now()
        example = Decision(
            "taught", now, asked.context, chosen, chosen, (0,), (1.0,), deferred=False
        )
        self.service.loops[loop or DEFAULT_LOOP].loop.teach(example, reward, times)

    def _number(self, loop: str | None) -> int | None:
        return None if loop is None else self.service.loops[loop].number

    def _action(self, action_id: str, loop: str | None) -> RankableAction:
        for event, _ in reversed(self.history.decisions(self._number(loop))):
            for action in event.decision.candidates:
                if action.id == action_id:
                    return RankableAction(id=action.id, features=from_json(action.features))
        raise ControlRequestInvalid(
            f"no rank has offered the action {action_id!r} yet: give its features"
        )


def lesson_request(context: list[dict[str, Any]], action: RankableAction) -> RankRequest:
    """Return the rank that a lesson is about.

    Raises:
        ApiError: the features are not what a rank accepts.
    """
    body = {"contextFeatures": context, "actions": [action], "eventId": "taught"}
    return rank_request(RankRequestBody.model_validate(body), str)
