"""A real server on a real port, in this process or in one of its own."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep

import httpx2

from mock_service.build import build_server
from mock_service.emulator.connection import BoundedConfig
from mock_service.emulator.listener import Listener, ListeningServer
from mock_service.settings import DEVELOPMENT_KEY, LoopSettings, Settings

ROOT = Path(__file__).parents[2]
_CLIENT = httpx2.Client()
_EXPORT = re.compile(r"export (\w+)=('[^']*'|\S+)")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server listens and what key it wants."""

    url: str
    key: str
    exports: Mapping[str, str] = field(default_factory=dict)
    """The lines a served command printed for its clients' shell."""

    def post(
        self, path: str, json: object = None, *, content: bytes | str | None = None
    ) -> httpx2.Response:
        """Send a POST with the key; `content` is a raw body instead of JSON."""
        headers = {"Ocp-Apim-Subscription-Key": self.key}
        if content is not None:
            return _CLIENT.post(self.url + path, content=content, headers=headers)
        if json is None:
            return _CLIENT.post(self.url + path, headers=headers)
        return _CLIENT.post(self.url + path, json=json, headers=headers)

    def send(
        self, method: str, path: str, json: object = None, *, content: bytes | None = None
    ) -> httpx2.Response:
        """Send any request with the key; `content` is a raw body instead of JSON."""
        headers = {"Ocp-Apim-Subscription-Key": self.key}
        if json is not None:
            return _CLIENT.request(method, self.url + path, json=json, headers=headers)
        return _CLIENT.request(method, self.url + path, content=content, headers=headers)

    def rank(self, body: object) -> httpx2.Response:
        """Send a v1.0 rank request."""
        return self.post("/personalizer/v1.0/rank", body)

    def environment(self) -> dict[str, str]:
        """Return this process's environment with the two variables clients read."""
        return {
            **os.environ,
            "PERSONALIZER_ENDPOINT": self.url,
            "PERSONALIZER_KEY": self.key,
            "PYTHONPATH": str(ROOT),
        }


@contextmanager
def served(settings: Settings | None = None, *, seed: str = "0") -> Iterator[Endpoint]:
    """Serve in a thread, on a free port, until the block ends; `seed` is the loop's."""
    settings = settings or Settings(loop=LoopSettings(seed=seed))
    listener = Listener()
    listener.bind(("127.0.0.1", 0))
    config = BoundedConfig(build_server(settings), log_level="error")
    server = ListeningServer(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        sleep(0.005)
    try:
        yield Endpoint(f"http://127.0.0.1:{listener.getsockname()[1]}", settings.key)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@contextmanager
def served_by_command(*options: str, folder: Path = ROOT) -> Iterator[Endpoint]:
    """Run ``personalizer-lab serve`` in a process of its own and read its export lines."""
    with process_of_server(*options, folder=folder) as (_, endpoint):
        yield endpoint


@contextmanager
def process_of_server(
    *options: str, folder: Path = ROOT
) -> Iterator[tuple["subprocess.Popen[str]", Endpoint]]:
    """Run ``personalizer-lab serve`` where the test has to reach its process, too."""
    kept = () if "--data-dir" in options else ("--in-memory",)
    command = [sys.executable, "-m", "simulator", "serve", "--port", "0", *kept, *options]
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield process, exports_of(process, lines=6 if "--tls" in options else 2)
        finally:
            process.terminate()
            process.wait(timeout=20)


def exports_of(process: subprocess.Popen[str], lines: int = 2) -> Endpoint:
    """Read the export lines that a starting server prints first."""
    assert process.stdout is not None
    printed = "".join([process.stdout.readline() for _ in range(lines)])
    exports = dict(_EXPORT.findall(printed))
    return Endpoint(exports["PERSONALIZER_ENDPOINT"], exports["PERSONALIZER_KEY"], exports)


ARTICLES = [
    {"id": "politics", "features": [{"topic": "politics"}, {"length": 3}]},
    {"id": "sports", "features": [{"topic": "sports"}, {"length": 5}]},
    {"id": "music", "features": [{"topic": "music"}, {"live": True}]},
]
"""Three candidates for requests whose content does not matter."""

__all__ = [
    "ARTICLES",
    "DEVELOPMENT_KEY",
    "ROOT",
    "Endpoint",
    "exports_of",
    "process_of_server",
    "served",
    "served_by_command",
]
