"""The socket that a server listens on."""

import socket

import uvicorn

_BACKLOG = 2048


class Listener(socket.socket):
    """A socket that the kernel keeps many connections for, of which few are taken at a time.

    asyncio accepts as many in one go as may wait in the kernel, before it looks at any of them: a
    burst would take all descriptors of the process.
    """

    def __init__(self, family: socket.AddressFamily = socket.AF_INET) -> None:
        """Name TCP, or asyncio will not send without delay."""
        super().__init__(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

    def listen(self, _: int = _BACKLOG, /) -> None:
        """Let many wait, however few are accepted at once."""
        super().listen(_BACKLOG)


class ListeningServer(uvicorn.Server):
    """A server that keeps connections waiting where its event loop would have them dropped.

    uvloop listens by itself, with room for as many as are accepted at once: the kernel dropped
    the others of a burst, and their clients tried again a second later.
    """

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and listen once more as the socket would."""
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen()
