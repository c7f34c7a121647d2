"""A client that does one kind of thing for as long as a server lives."""

import threading
from collections.abc import Callable

import httpx2

from tests.helpers.servers import Endpoint

Send = Callable[..., httpx2.Response]


class Actor(threading.Thread):
    """Does one kind of thing until the server is gone; keeps what was acknowledged."""

    def __init__(self, endpoint: Endpoint, act: Callable[[Send], None]) -> None:
        super().__init__()
        self._endpoint, self._act = endpoint, act
        self.failure: BaseException | None = None

    def run(self) -> None:
        """Go on until nobody answers."""
        with httpx2.Client(base_url=self._endpoint.url, timeout=60) as client:
            try:
                while True:
                    self._act(client.request)
            except httpx2.TransportError:
                return
            except AssertionError as error:
                self.failure = error
