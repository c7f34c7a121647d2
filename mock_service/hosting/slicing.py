"""Long work on a loop in slices, between which other requests are answered."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import partial
from time import perf_counter

from mock_service.hosting.hosted_loop import HostedLoop
from mock_service.loop.learning_loop import LearningLoop

_SLICE_SECONDS = 0.01

Find = Callable[[], LearningLoop]
"""Returns the loop that is meant, as it is now, or raises a ApiError."""


class Changes:
    """Changes settings of loops, one change of each loop at a time."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}

    async def apply(
        self, name: str, find: Find, change: Callable[[LearningLoop], Iterator[None]]
    ) -> None:
        """Take the steps of a change, of which nothing shows before the last one.

        Where the loop is read back or restored meanwhile, the change begins anew with what it is.

        Raises:
            LearningPolicyInvalid: the change is refused; the loop is as it was.
            ApiError: the loop was removed meanwhile.
            StorageFailed: it could not be kept.
        """
        async with self._locks.setdefault(name, asyncio.Lock()):
            while True:
                loop = find()
                if await _take(change(loop), partial(_is_found, find, loop)):
                    return

    def forget(self, name: str) -> None:
        """Forget a loop that is removed."""
        self._locks.pop(name, None)


class Settling:
    """Settles the events of all loops; who calls a loop meanwhile waits for the end, in order."""

    def __init__(self, loops: Callable[[], Mapping[str, HostedLoop]]) -> None:
        """Settle what `loops` are there, by name."""
        self._loops, self._lock = loops, asyncio.Lock()

    @property
    def is_under_way(self) -> bool:
        """Whether there is anything to wait for."""
        return self._lock.locked()

    async def wait(self) -> None:
        """Return when all that is due has settled."""
        async with self._lock:
            pass

    async def settle(self, guard: Callable[[str], AbstractContextManager[None]]) -> None:
        """Settle what is due; a loop that is removed or read back meanwhile is let go of.

        `guard` makes the context in which a loop of that name is settled.

        Raises:
            StorageFailed: it could not be kept.
        """
        async with self._lock:
            for hosted in list(self._loops().values()):
                is_current = partial(self._is_current, hosted)
                with guard(hosted.name):
                    await _take(hosted.loop.settle_in_steps(), is_current)

    def _is_current(self, hosted: HostedLoop) -> bool:
        now = self._loops().get(hosted.name)
        return now is not None and now.loop is hosted.loop


def _is_found(find: Find, loop: LearningLoop) -> bool:
    return find() is loop


async def _take(steps: Iterator[None], is_wanted: Callable[[], bool]) -> bool:
    """Take steps for as long as they are wanted; return whether all of them were taken."""
    if not is_wanted():
        return False
    began = perf_counter()
    for _ in steps:
        if perf_counter() - began > _SLICE_SECONDS:
            await asyncio.sleep(0)
            if not is_wanted():
                return False
            began = perf_counter()
    return True
