"""HTTPS: clients of Python and Node are told what to trust, and then do."""

import shutil
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tests.helpers.command_line import command
from tests.helpers.servers import ARTICLES, served_by_command


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which the servers of a test keep their certificates."""
    monkeypatch.setenv("PERSONALIZER_LAB_FOLDER", str(tmp_path))
    return tmp_path


def test_a_certificate_is_made_and_clients_are_told_to_trust_it(folder: Path) -> None:
    """The two lines name it, and it stands for localhost in all three spellings."""
    with served_by_command("--tls") as endpoint:
        authority = endpoint.exports["REQUESTS_CA_BUNDLE"]
        port = endpoint.url.rsplit(":", 1)[1]
        replies = [
            requests.post(
                f"https://{host}:{port}/personalizer/v1.0/rank",
                json={"actions": ARTICLES},
                headers={"Ocp-Apim-Subscription-Key": endpoint.key},
                verify=authority,
                timeout=10,
            )
            for host in ("localhost", "127.0.0.1")
        ]
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"{endpoint.url}/status", timeout=10)

    assert endpoint.url.startswith("https://127.0.0.1:")
    assert [reply.status_code for reply in replies] == [201, 201]
    assert (
        authority == endpoint.exports["NODE_EXTRA_CA_CERTS"] == str(folder / "tls-certificate.pem")
    )


def test_the_certificate_is_kept(folder: Path) -> None:
    """So that whoever trusts it has to do so once; its key is its owner's alone."""
    contents = []
    for _ in range(2):
        with served_by_command("--tls"):
            contents.append((folder / "tls-certificate.pem").read_bytes())

    assert contents[0] == contents[1]
    assert b"PRIVATE" not in contents[0]
    assert (folder / "tls-key.pem").stat().st_mode & 0o777 == 0o600


def test_a_certificate_of_ones_own_is_served(folder: Path, tmp_path: Path) -> None:
    """Instead of the one that would be made."""
    with served_by_command("--tls"):
        files = [
            shutil.copy(folder / name, tmp_path / f"my-{name}")
            for name in ("tls-certificate.pem", "tls-key.pem")
        ]
    options = ["--certfile", str(files[0]), "--keyfile", str(files[1])]

    with served_by_command(*options) as endpoint:
        assert requests.get(f"{endpoint.url}/status", verify=str(files[0]), timeout=10).ok


@pytest.mark.parametrize(
    "options",
    [
        ["--certfile", "pyproject.toml"],
        ["--certfile", "pyproject.toml", "--keyfile", "pyproject.toml"],
        ["--certfile", "none", "--keyfile", "none"],
        ["--trust-signer", "pyproject.toml"],
        ["--loop", "a/b"],
        ["--host", "198.51.100.1", "--key", "k", "--accept-bearer"],
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(options: list[str]) -> None:
    """The server does not start."""
    ended = command("serve", "--in-memory", "--port", "0", *options)

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("begun", [b"", b"\x16\x03\x01\x02\x00\x01"])
def test_a_handshake_that_does_not_end_is_ended(begun: bytes) -> None:
    """Others are served meanwhile, and many of them take nobody's place."""
    options = ("--limit", "handshake-seconds=1", "--limit", "connections=8")
    with served_by_command("--tls", *options) as endpoint, ExitStack() as opened:
        address = ("127.0.0.1", int(endpoint.url.rsplit(":", 1)[1]))
        half = [opened.enter_context(socket.create_connection(address, 10)) for _ in range(20)]
        for connection in half[-4:]:
            connection.sendall(begun)
        reply = requests.get(
            f"{endpoint.url}/status", verify=endpoint.exports["REQUESTS_CA_BUNDLE"], timeout=10
        )

        assert reply.status_code == 200
        assert half[-1].recv(1) == half[0].recv(1) == b""
