"""What is known and ordered about the calls of one server."""

import asyncio
from bisect import insort
from dataclasses import dataclass, field
from datetime import datetime

from starlette.types import ASGIApp, Message

from mock_service.clock import Clock
from mock_service.emulator.buffering import BufferedRequest
from mock_service.emulator.faults import Faults
from mock_service.emulator.journal import Journal
from mock_service.emulator.throttling import Throttle

MAX_HELD = 10_000
_MAX_HELD_BYTES = 32 * 2**20


class DelayedRequests:
    """Calls that were acknowledged and are still to be handled."""

    def __init__(self) -> None:
        self._bytes = 0
        self._calls: list[tuple[datetime, BufferedRequest, ASGIApp]] = []

    def __len__(self) -> int:
        return len(self._calls)

    @property
    def is_full(self) -> bool:
        """Whether no more calls can be held back."""
        return len(self._calls) >= MAX_HELD or self._bytes >= _MAX_HELD_BYTES

    def add(self, request: BufferedRequest, app: ASGIApp, until: datetime) -> None:
        """Keep `request` for `app` until that moment."""
        self._bytes += len(request.body)
        insort(self._calls, (until, request, app), key=lambda call: call[0])

    def next_due(self) -> datetime | None:
        """Return when the next call is to be handled; None when nothing is held."""
        return self._calls[0][0] if self._calls else None

    async def run_due(self, now: datetime) -> None:
        """Handle every call that is due; its response goes nowhere."""
        while self._calls and self._calls[0][0] <= now:
            _, request, app = self._calls.pop(0)
            self._bytes -= len(request.body)
            await request.handle(app, _discard)
            await asyncio.sleep(0)  # there may be thousands

    def clear(self, loop: str | None = None) -> None:
        """Forget every call that is held, or those to one loop."""
        self._calls = [
            call for call in self._calls if loop is not None and call[1].scope["loop"] != loop
        ]
        self._bytes = sum(len(request.body) for _, request, _ in self._calls)


@dataclass(slots=True)
class Interception:
    """The journal of a server's calls, and everything that may happen to them."""

    clock: Clock
    journal: Journal = field(default_factory=Journal)
    faults: Faults = field(default_factory=Faults)
    throttle: Throttle = field(default_factory=Throttle)
    held: DelayedRequests = field(default_factory=DelayedRequests)
    resets: int = 0
    """How often everything was forgotten: a call that waited meanwhile belongs to another life."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing can happen to a call but being handled."""
        return not (self.faults.waiting or self.held or self.throttle.rate)

    def clear(self) -> None:
        """Forget all calls, and disturb none any more."""
        self.resets += 1
        self.journal.clear()
        self.faults.clear()
        self.throttle.limit_to(None)
        self.held.clear()


async def _discard(_: Message) -> None:
    pass
