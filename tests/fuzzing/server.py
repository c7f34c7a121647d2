"""A server under attack: started, asked, killed, and started again on the same folder."""

import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

import httpx2

from tests.fuzzing.findings import Finding
from tests.helpers.servers import ROOT

_EXPORT = re.compile(r"^export PERSONALIZER_(ENDPOINT|KEY)=(\S+)", re.MULTILINE)
_PATIENCE_SECONDS = 20.0
_INTERNAL_ERROR = 500
_PRECIOUS = "precious"


class AttackedServer:
    """A server of its own process and folder, beside a file that nothing may touch."""

    def __init__(self, *options: str) -> None:
        self._options = options
        self._folder = TemporaryDirectory()
        self._errors = Path(self._folder.name, "stderr.txt")
        self._witness = Path(self._folder.name, "VICTIM")
        self._witness.write_text(_PRECIOUS)
        self._client = httpx2.Client(timeout=_PATIENCE_SECONDS)
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Start the server."""
        self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the server and remove its folder."""
        self._end()
        self._client.close()
        self._folder.cleanup()

    def ask(self, method: str, path: str, body: bytes | None = None) -> httpx2.Response:
        """Send a request with the key and return the reply.

        Raises:
            Finding: no reply in time, the server died, or it answered with a 500.
        """
        headers = {"Ocp-Apim-Subscription-Key": self._key}
        try:
            reply = self._client.request(method, self._url + path, content=body, headers=headers)
        except httpx2.HTTPError as error:
            raise self._found(f"{type(error).__name__} at {method} {path!r:.300}", body) from error
        if reply.status_code >= _INTERNAL_ERROR:
            raise self._found(
                f"{reply.status_code} at {method} {path!r:.300}: {reply.text:.200}", body
            )
        return reply

    def kill_and_start(self, given: object) -> None:
        """Kill the server as a power cut does, and start it on the same folder.

        Raises:
            Finding: it does not start, it left a traceback, or it touched another's file.
        """
        self._end()
        errors = self._errors.read_text(errors="replace")
        if "Traceback" in errors:
            raise Finding("a traceback in the log", errors[-1500:])
        if self._witness.read_text() != _PRECIOUS:
            raise Finding("a file was overwritten", given)
        self._start(given)

    def _start(self, given: object = "") -> None:
        command = [sys.executable, "-m", "simulator", "serve", "--port", "0", "--data-dir", "data"]
        with self._errors.open("a") as errors:
            self._process = subprocess.Popen(
                [*command, *self._options],
                cwd=self._folder.name,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self._process.stdout is not None
        printed = self._process.stdout.readline() + self._process.stdout.readline()
        exports = dict(_EXPORT.findall(printed))
        if len(exports) != len(("ENDPOINT", "KEY")):
            raise self._found("the folder does not start", given)
        self._url, self._key = exports["ENDPOINT"], exports["KEY"]

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()

    def _found(self, what: str, given: object) -> Finding:
        code = None if self._process is None else self._process.poll()
        died = "" if code is None else f" (the server ended with {code})"
        self._end()
        errors = self._errors.read_text(errors="replace")[-1500:]
        self._errors.write_text("")
        self._process = None
        return Finding(what + died, f"{given!r:.1500}\n{errors}")

    @property
    def is_dead(self) -> bool:
        """Whether a finding ended it."""
        return self._process is None


class ServerTarget:
    """A target whose inputs go to a server of its own, which is killed now and then."""

    options: tuple[str, ...] = ()
    """What the server is started with."""
    restart_every = 300
    """After how many cases it is killed and started on the same folder."""

    def __init__(self) -> None:
        self._server = AttackedServer(*self.options)
        self._count = 0

    def __enter__(self) -> Self:
        """Start the server."""
        self._server.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the server."""
        self._server.__exit__(kind, error, trace)

    def _begin_case(self) -> None:
        """Start the server again if a finding has ended it."""
        self._count += 1
        if self._server.is_dead:
            self._server.kill_and_start("a finding")

    def _end_case(self, given: object) -> bool:
        """Kill the server and start it again if it is time; return whether it was."""
        if self._count % self.restart_every:
            return False
        self._server.kill_and_start(given)
        return True
