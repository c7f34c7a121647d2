"""The loops behind one address: by name, each with two keys."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from mock_service.clock import Clock, ManualClock
from mock_service.loop.identity import IdSource
from mock_service.loop.learning_loop import LearningLoop
from mock_service.settings import DEFAULT_LOOP, LoopSettings, Settings


@dataclass(frozen=True, slots=True)
class HostedLoop:
    """A learning loop, and the two keys either of which opens it."""

    name: str
    loop: LearningLoop
    keys: tuple[str, str]


class Service:
    """All loops of a server, and what it takes to serve them."""

    def __init__(
        self,
        *,
        clock: Clock,
        ids: IdSource,
        open_loop: Callable[[LoopSettings], LearningLoop],
        settings: Settings,
    ) -> None:
        self.clock, self.ids = clock, ids
        self.max_body_bytes = settings.max_body_bytes
        self._open_loop, self._settings = open_loop, settings.loop
        self.loops: dict[str, HostedLoop] = {}
        """By name; the bare endpoint is the loop ``default``."""
        self.loops[DEFAULT_LOOP] = HostedLoop(
            DEFAULT_LOOP, open_loop(settings.loop), (settings.key, settings.second_key)
        )

    @property
    def default(self) -> HostedLoop:
        """The loop of the bare endpoint."""
        return self.loops[DEFAULT_LOOP]

    @property
    def settings(self) -> LoopSettings:
        """How the default loop began."""
        return self._settings

    def begin_anew(self, settings: LoopSettings | None = None) -> None:
        """Put a loop that has seen nothing yet in the place of the default one.

        Raises:
            LearningPolicyInvalid: the policy is refused; the old loop stays.
        """
        self._settings = settings or self._settings
        loop = self._open_loop(self._settings)
        self.loops[DEFAULT_LOOP] = replace(self.default, loop=loop)

    def advance(self, step: timedelta) -> None:
        """Move the manual clock, and let every loop do what has become due."""
        if not isinstance(self.clock, ManualClock):
            raise TypeError("only a manual clock can be moved")
        self.clock.advance(step)
        for hosted in self.loops.values():
            hosted.loop.settle()

    async def committed(self) -> None:
        """Return when all that happened until now is safe; await it before saying so."""
