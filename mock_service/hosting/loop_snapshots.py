"""Snapshots of loops: taken beside the requests of others, and restored between them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import datetime

from mock_service.clock import ManualClock
from mock_service.errors import ApiError
from mock_service.hosting.hosted_loop import HostedLoop
from mock_service.hosting.loop_registry import LoopRegistry
from mock_service.hosting.restoring import RestorableLoop, check_timestamp, validate_snapshot
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.discarding import discard_some, discarded_loops
from mock_service.storage.loops import reserve_number
from mock_service.storage.recovery import MakeTools
from mock_service.storage.snapshots import snapshot


class LoopSnapshots:
    """Takes and restores snapshots of a server's loops, one at a time: one may be large."""

    def __init__(self, loops: LoopRegistry, queue: CommitQueue, make_tools: MakeTools) -> None:
        self._loops, self._queue, self._clock = loops, queue, loops.clock
        self._make_tools = make_tools
        self._incoming: set[int] = set()
        self._one_snapshot, self._one_restore = asyncio.Lock(), asyncio.Lock()

    def take(self, name: str) -> bytes:
        """Return a loop as one file."""
        hosted = self._loops[name]
        hosted.loop.checkpoint()
        with closing(self._queue.freeze()) as frozen:
            return snapshot(frozen, hosted.number, self._clock.now())

    async def take_aside(self, find: Callable[[], HostedLoop]) -> bytes:
        """Return a loop as one file, made on a thread of its own."""
        async with self._one_snapshot:
            hosted = find()
            hosted.loop.checkpoint()
            with closing(self._queue.freeze()) as frozen:
                now = self._clock.now()
                return await asyncio.to_thread(snapshot, frozen, hosted.number, now)

    async def restore(self, name: str, content: bytes, *, may_move_clock: bool = True) -> None:
        """Make a loop what it was; a manual clock that no other loop goes by goes back with it.

        The snapshot is validated on a thread of its own, and comes in between other requests.

        Raises:
            ApiError: InvalidSnapshot, InvalidApiAccess if the clock would have to move on
                and must not, or the loop is no more; nothing was changed.
            StorageFailed: it could not be stored; nothing was changed.
        """
        keys = self._loops[name].keys
        async with self._reserve_number() as number:
            restorable = await asyncio.to_thread(self._validate, content, number)
            with closing(restorable.snapshot):
                if not may_move_clock:
                    check_timestamp(
                        self._timestamp_after(restorable.snapshot.timestamp), self._clock.now()
                    )
                for rows in restorable.rows():
                    for row in rows:
                        self._queue.write(*row)
                    await self._queue.wait_committed()
                self._exchange(name, keys, restorable)
            await self._queue.wait_committed()

    def discard_some(self) -> None:
        """Delete some of the rows that restores have replaced, so few that no request waits."""
        for number in discarded_loops(self._queue):
            if number not in self._incoming:
                discard_some(self._queue, number)
                return

    @asynccontextmanager
    async def _reserve_number(self) -> AsyncIterator[int]:
        """Give a number for rows that come in, and belong to no loop until one takes them.

        Raises:
            StorageFailed: it could not be stored.
        """
        async with self._one_restore:
            number = reserve_number(self._queue)
            self._incoming.add(number)
            try:
                yield number
            finally:
                self._incoming.discard(number)

    def _validate(self, content: bytes, number: int) -> RestorableLoop:
        return validate_snapshot(
            content, self._queue, number, self._make_tools, self._timestamp_after
        )

    def _exchange(self, name: str, keys: tuple[str, str], restorable: RestorableLoop) -> None:
        """Exchange the loop of these keys for one whose rows are all there, in one step."""
        if name not in self._loops or not {*keys} & {*self._loops[name].keys}:
            raise ApiError("ResourceNotFound", f"There is no loop {name!r} any more.")
        timestamp = self._timestamp_after(restorable.snapshot.timestamp)
        manual = isinstance(self._clock, ManualClock)
        restorable.take(self._queue, self._loops[name].number, timestamp if manual else None)
        restorable.loop.checkpoint()  # so that a restart learns nothing twice
        if isinstance(self._clock, ManualClock):
            self._clock.move_to(timestamp)
        self._loops.replace(name, restorable.number, restorable.loop)

    def _timestamp_after(self, timestamp: datetime) -> datetime:
        """Return what the clock shows once a snapshot of `timestamp` is restored."""
        now = self._clock.now()
        if not isinstance(self._clock, ManualClock):
            return now
        return timestamp if len(self._loops) == 1 else max(timestamp, now)
