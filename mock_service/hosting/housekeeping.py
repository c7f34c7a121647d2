"""Letting go of what is not needed any more: old logs, and what restores have replaced."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from mock_service.clock import days_before
from mock_service.hosting.hosted_loop import HostedLoop
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.discarding import discard_some, discarded_loops
from mock_service.storage.loops import reserve_number
from mock_service.storage.retention import delete_before, holds_before

_TIDY_EVERY = timedelta(hours=1)


class Housekeeping:
    """Keeps a server's storage tidy while it serves."""

    def __init__(self, queue: CommitQueue, now: datetime) -> None:
        self._queue, self._tidied = queue, now
        self._arriving: set[int] = set()
        self._one_at_a_time = asyncio.Lock()

    def tidy(self, loops: Iterable[HostedLoop], now: datetime) -> None:
        """Let go, once an hour, of logs that are older than their loops keep.

        Raises:
            StorageFailed: it could not be kept.
        """
        if now - self._tidied < _TIDY_EVERY:
            return
        self._tidied = now
        for hosted in loops:
            days = hosted.loop.configuration.log_retention_days
            if days >= 0:
                self.forget(hosted, days_before(now, days), now)

    def forget(self, hosted: HostedLoop, before: datetime, now: datetime) -> None:
        """Let go of a loop's older log; the models stay, with all that it has taught them.

        Raises:
            StorageFailed: it could not be kept.
        """
        self._queue.flush()
        if holds_before(self._queue, hosted.number, before):
            hosted.loop.trainer.keep()
            delete_before(self._queue, hosted.number, before, now, hosted.loop.counts)

    @asynccontextmanager
    async def arrival(self) -> AsyncIterator[int]:
        """Give a number for rows that come in, and belong to no loop until one takes them.

        One comes after the other: each may take much memory.

        Raises:
            StorageFailed: it could not be kept.
        """
        async with self._one_at_a_time:
            number = reserve_number(self._queue)
            self._arriving.add(number)
            try:
                yield number
            finally:
                self._arriving.discard(number)

    def discard_some(self) -> None:
        """Delete some of what restores have replaced, so that nobody waits for it."""
        for number in discarded_loops(self._queue):
            if number not in self._arriving:
                discard_some(self._queue, number)
                return
