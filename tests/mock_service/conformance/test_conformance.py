"""``personalizer-lab conformance``: the contract as checks against any endpoint."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import requests

from mock_service.conformance.suite import SECTIONS, run_checks
from personalizer_lab import LocalPersonalizer
from tests.helpers.command_line import command
from tests.helpers.schemas import assert_keeps_schema

COUNT = sum(len(checks) for checks in SECTIONS.values())


class _AgreesToAll(BaseHTTPRequestHandler):
    """A replacement that answers everything with 200 and an empty object."""

    def parse_request(self) -> bool:
        """Take every method for a POST."""
        parsed = super().parse_request()
        self.command = "POST"
        return parsed

    def do_POST(self) -> None:
        """Agree."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def agreeable() -> Iterator[str]:
    """Serve a replacement that keeps nothing of the contract."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _AgreesToAll) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("mode", ["quick", "azure"])
def test_the_local_personalizer_keeps_the_contract(
    personalizer: LocalPersonalizer, mode: str
) -> None:
    """Every sentence of it holds, in either mode."""
    personalizer.reset(mode=mode)

    findings = list(run_checks(personalizer.endpoint, personalizer.key))

    assert [finding for finding in findings if not finding.holds] == []
    assert len(findings) == COUNT > 50


def test_every_check_can_fail(agreeable: str) -> None:
    """Not one sentence holds for a replacement that agrees to all, and each says what it saw."""
    findings = list(run_checks(agreeable, "key"))

    assert [finding for finding in findings if finding.holds] == []
    assert all(finding.instead for finding in findings)


def test_the_command_prints_what_holds(personalizer: LocalPersonalizer) -> None:
    """And ends with 0; endpoint and key may come from the environment."""
    ended = command("conformance", environment=personalizer.environ)

    assert (ended.code, ended.err) == (0, "")
    assert "NO" not in ended.out
    assert ended.out.splitlines()[-1] == f"{ended.out.count(' yes ')} of {COUNT} hold"


def test_the_command_ends_with_1_when_something_does_not_hold(agreeable: str) -> None:
    """It says what was expected and what came."""
    ended = command("conformance", "--endpoint", agreeable, "--key", "k")

    assert ended.code == 1
    assert "expected 201, got 200" in ended.out
    assert ended.out.splitlines()[-1] == f"0 of {COUNT} hold"


def test_programs_read_json(agreeable: str) -> None:
    """One object for each sentence."""
    ended = command("conformance", "--endpoint", agreeable, "--key", "k", "--json")

    first = assert_keeps_schema("conformance", ended)[0]
    assert (ended.code, first["section"], first["holds"]) == (1, "gateway", False)


def test_mistakes_are_one_line() -> None:
    """No endpoint, or nobody there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    missing = command("conformance")
    nobody = command("conformance", "--endpoint", f"http://127.0.0.1:{port}", "--key", "k")

    assert (missing.code, nobody.code) == (2, 2)
    assert "--endpoint and --key are needed" in missing.err
    assert "does not answer" in nobody.err
    assert (missing.err.count("\n"), nobody.err.count("\n")) == (1, 1)


def test_the_command_leaves_nothing_behind(personalizer: LocalPersonalizer) -> None:
    """A loop of its own is examined and removed; the default loop has learned nothing."""
    before = personalizer.decisions

    ended = command("conformance", environment=personalizer.environ)
    loops = requests.get(
        f"{personalizer.endpoint}/mock/loops", headers=_key(personalizer), timeout=5
    )
    learning = requests.get(
        f"{personalizer.endpoint}/mock/learning", headers=_key(personalizer), timeout=5
    )

    assert ended.code == 0
    assert [loop["name"] for loop in loops.json()["value"]] == ["default"]
    assert learning.json()["decisions"] == learning.json()["rewards"] == 0
    assert personalizer.decisions == before == ()


@pytest.mark.parametrize("name", ["conformance", "doctor"])
def test_a_wrong_key_is_one_line(personalizer: LocalPersonalizer, name: str) -> None:
    """Instead of sixty checks that fail."""
    ended = command(name, "--endpoint", personalizer.endpoint, "--key", "wrong")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    assert "refuses the key" in ended.err


def _key(personalizer: LocalPersonalizer) -> dict[str, str]:
    return {"Ocp-Apim-Subscription-Key": personalizer.key}
