"""The open connections of one server, within bounds of number, time and bytes.

A client that opens connections and leaves them half way keeps no other out: one that waits for
its request is closed after a while, or as soon as there are too many, those first that have not
sent any yet. What is under way is safe.
"""

import asyncio
import sys
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from mock_service.limits import DEFAULT_LIMITS, Limits

if sys.platform != "win32":
    import resource

_SPARE_DESCRIPTORS = 12
"""What the database and evaluations need besides."""
_MIN_AT_ONCE, _MAX_AT_ONCE = 4, 64
_MIN = 4
_BEAT_SECONDS = 1.0
_PROGRESS_BYTES = 2**16
"""A client that reads less than that in `Limits.request_seconds` does not read."""


class OpenConnection:
    """One connection: what it waits for, and what it holds."""

    __slots__ = (
        "has_asked",
        "is_ending",
        "is_receiving",
        "received",
        "refuse",
        "transport",
        "unread",
        "unread_since",
        "waits_since",
    )

    def __init__(self, transport: asyncio.Transport, refuse: Callable[[], None]) -> None:
        self.transport, self.refuse = transport, refuse
        self.waits_since: float | None = None
        """Since when it waits for a whole request; None while one is under way."""
        self.is_receiving = False
        """Whether a request should arrive now, unlike on a connection that is kept for later."""
        self.received = 0
        """How many bytes of its request have arrived."""
        self.has_asked = False
        """Whether a whole request has ever arrived on it."""
        self.is_ending = False
        """Whether it was told to close."""
        self.unread, self.unread_since = 0, 0.0
        """How much of its replies the client had still to read when it last read some."""


class Connections:
    """All connections of one server."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS, most: int | None = None) -> None:
        """Admit `most`, or as many as `limits` and the descriptors of this process allow."""
        self._limits = limits
        room = max(_MIN, _free_descriptors() - accepted_at_once())
        self._most = min(limits.connections, room) if most is None else most
        self._all: dict[OpenConnection, None] = {}
        self._silent: OrderedDict[OpenConnection, None] = OrderedDict()
        self._waiting: OrderedDict[OpenConnection, None] = OrderedDict()
        """Both wait for a request, longest first; the silent ones for their first."""
        self._bytes_received = 0
        self._loop = asyncio.get_running_loop()
        self._beat: asyncio.TimerHandle | None = None

    @property
    def handshake_seconds(self) -> int:
        """How long a TLS handshake may take."""
        return self._limits.handshake_seconds

    def add(self, transport: asyncio.Transport, refuse: Callable[[], None]) -> OpenConnection:
        """Admit a connection; where there are too many, one that waits is closed.

        It is the one that waits longest of those without any request yet, or of all.

        `refuse` closes it when its request takes too long.
        """
        connection = OpenConnection(transport, refuse)
        self._all[connection] = None
        self.wait(connection, is_receiving=True)
        if len(self._all) > self._most and (waiting := self._silent or self._waiting):
            self._abort(next(iter(waiting)))
        if self._beat is None:
            self._beat = self._loop.call_later(_BEAT_SECONDS, self._look)
        return connection

    def remove(self, connection: OpenConnection) -> None:
        """Forget a connection that is closed."""
        self._all.pop(connection, None)
        self._silent.pop(connection, None)
        self._waiting.pop(connection, None)
        self._release(connection)

    def wait(self, connection: OpenConnection, *, is_receiving: bool) -> None:
        """Let a connection wait for a request from now on, its first or the next one."""
        self._release(connection)
        connection.waits_since, connection.is_receiving = self._loop.time(), is_receiving
        waiting = self._waiting if connection.has_asked else self._silent
        waiting[connection] = None
        waiting.move_to_end(connection)

    def work(self, connection: OpenConnection) -> None:
        """Leave a connection alone while its request is under way."""
        connection.waits_since, connection.has_asked = None, True
        self._silent.pop(connection, None)
        self._waiting.pop(connection, None)

    def receive(self, connection: OpenConnection, size: int) -> None:
        """Count bytes of a request; beyond the bound of all, the largest go that have not arrived.

        The largest of all may be as large as it likes: what takes it says how large that is.
        """
        if connection not in self._all:
            return  # it was closed, and this is the rest
        connection.received += size
        self._bytes_received += size
        if self._bytes_received > self._limits.request_bytes:
            self._make_room()

    def _make_room(self) -> None:
        largest = max(reversed(self._all), key=_bytes_received)  # of equal ones, the newest
        room = self._limits.request_bytes + largest.received
        if self._bytes_received <= room:
            return
        waiting = [
            one for one in (*self._silent, *self._waiting) if one.received and one is not largest
        ]
        for connection in sorted(waiting, key=_bytes_received, reverse=True):
            self._abort(connection)
            if self._bytes_received <= room:
                return

    def _release(self, connection: OpenConnection) -> None:
        self._bytes_received -= connection.received
        connection.received = 0

    def _abort(self, connection: OpenConnection) -> None:
        self.remove(connection)
        connection.transport.abort()

    def _look(self) -> None:
        """Close what takes too long, once in a while."""
        self._beat = self._loop.call_later(_BEAT_SECONDS, self._look) if self._all else None
        now = self._loop.time()
        too_long = now - self._limits.request_seconds
        for connection in list(self._all):
            if connection.is_ending or self._does_not_read(connection, now, too_long):
                self._abort(connection)
            elif (
                connection.is_receiving
                and connection.waits_since is not None
                and connection.waits_since < too_long
            ):
                connection.is_ending = True
                connection.refuse()
        self._limit_unread(now)

    def _does_not_read(self, connection: OpenConnection, now: float, too_long: float) -> bool:
        """Note how much the client has still to read; say whether it has stopped to."""
        unread = connection.transport.get_write_buffer_size()
        if not unread or not connection.unread or unread <= connection.unread - _PROGRESS_BYTES:
            connection.unread, connection.unread_since = unread, now
        return unread > 0 and connection.unread_since < too_long

    def _limit_unread(self, now: float) -> None:
        """Beyond the bound of all replies, close those of which nothing was read lately."""
        total = sum(connection.unread for connection in self._all)
        if total <= self._limits.reply_bytes:
            return
        stuck = [one for one in self._all if one.unread and one.unread_since < now]
        for connection in sorted(stuck, key=lambda one: -one.unread):
            self._abort(connection)
            total -= connection.unread
            if total <= self._limits.reply_bytes:
                return


def _bytes_received(connection: OpenConnection) -> int:
    return connection.received


def raise_descriptor_limit() -> None:
    """Let this process open as many files and connections as it may, where that can be said."""
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = (
        _ENOUGH_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH_DESCRIPTORS)
    )
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


_ENOUGH_DESCRIPTORS = 16_384


def accepted_at_once() -> int:
    """Return how many connections to accept before any of them is looked at."""
    return max(_MIN_AT_ONCE, min(_free_descriptors() // 8, _MAX_AT_ONCE))


def _free_descriptors() -> int:
    """Return how many connections this process can have open besides what it has open already."""
    if sys.platform == "win32":
        return 2 * DEFAULT_LIMITS.connections
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return 2 * DEFAULT_LIMITS.connections
    return soft - sum(1 for _ in Path("/dev/fd").iterdir()) - _SPARE_DESCRIPTORS
