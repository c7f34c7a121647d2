"""The test bench a server stands on: what it takes to watch its loops and to steer them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic_core import from_json

from mock_service.clock import ManualClock
from mock_service.errors import OrderInvalid
from mock_service.hosting import Service
from mock_service.loop.decision import Decision
from mock_service.loop.identity import SeededIds
from mock_service.loop.script import Script
from mock_service.loop.witness import Witness
from mock_service.rest.validation import rank_request
from mock_service.rest.wire import RankableAction, RankRequestBody
from mock_service.settings import DEFAULT_LOOP, LoopSettings
from mock_service.traffic.record import RecordedDecision, recorded
from mock_service.traffic.traffic import Traffic


@dataclass(frozen=True, slots=True)
class Bench:
    """A server's loops, the traffic in front of them, a script and a witness."""

    service: Service
    traffic: Traffic
    script: Script
    witness: Witness

    def reset(self, settings: LoopSettings) -> None:
        """Begin anew: a fresh loop, nothing ordered, nothing noted, a manual clock at its start.

        Raises:
            LearningPolicyInvalid: the policy of `settings` is refused; nothing has changed then.
        """
        if isinstance(self.service.clock, ManualClock):
            self.service.clock.restart()
        self.service.begin_anew(settings)
        self.traffic.clear()
        self.script.clear()
        self.witness.clear()

    @property
    def seed(self) -> str:
        """What decides, with the event id, which action is drawn."""
        return self.script.seed or self.service.settings.seed

    def reseed(self, seed: str) -> None:
        """Let `seed` decide what is drawn, and which ids are made up, from now on."""
        self.script.seed = seed
        self.service.ids = SeededIds(seed)

    async def advance(self, step: timedelta) -> None:
        """Move the manual clock; what was held back is handled at its own moment on the way.

        Raises:
            TypeError: the clock is the machine's.
            OrderInvalid: it cannot move that far; nothing has changed then.
        """
        held, clock = self.traffic.held, self.service.clock
        if isinstance(clock, ManualClock):
            clock.check_step(step)
        target = clock.now() + step
        while (due := held.next_due()) is not None and due <= target:
            self.service.advance(max(due - clock.now(), timedelta()))
            await held.release(clock.now())
        self.service.advance(target - clock.now())

    def snapshot(self) -> bytes:
        """Return the default loop as one file."""
        self.service.default.loop.settle()
        return self.service.snapshot(DEFAULT_LOOP)

    def restore(self, snapshot: bytes) -> None:
        """Make the default loop what it was.

        Raises:
            ServiceProblem: InvalidSnapshot; nothing was changed.
        """
        self.service.restore(DEFAULT_LOOP, snapshot)

    def decisions(self) -> tuple[RecordedDecision, ...]:
        """Return the latest decisions and what became of them, oldest first."""
        for hosted in self.service.loops.values():
            hosted.loop.settle()
        return tuple(recorded(*witnessed) for witnessed in self.witness.decisions())

    def teach(
        self,
        context: list[dict[str, Any]],
        action: RankableAction | str,
        reward: float,
        times: int,
        *,
        show: bool = True,
    ) -> None:
        """Let the default loop learn that `action` earned `reward` in `context`, and show it.

        An action may be named by its id once a rank has offered it.

        Raises:
            OrderInvalid: no rank has.
            ServiceProblem: the features are not what a rank accepts.
        """
        candidate = self._action(action) if isinstance(action, str) else action
        asked = rank_request(
            RankRequestBody(context_features=context, actions=[candidate], event_id="taught"), str
        )
        chosen = asked.actions
        now = self.service.clock.now()
        lesson = Decision(
            "taught", now, asked.context, chosen, chosen, (0,), (1.0,), deferred=False
        )
        self.service.default.loop.teach(lesson, reward, times, show=show)

    def _action(self, action_id: str) -> RankableAction:
        for event, _ in reversed(self.witness.decisions()):
            for action in event.decision.candidates:
                if action.id == action_id:
                    return RankableAction(id=action.id, features=from_json(action.features))
        raise OrderInvalid(f"no rank has offered the action {action_id!r} yet: give its features")
