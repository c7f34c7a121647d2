"""Where the key of ``serve`` comes from: a file, the environment, or a visible option."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mock_service.settings import DEVELOPMENT_KEY
from tests.helpers.command_line import command
from tests.helpers.raw_http import ask
from tests.helpers.servers import ARTICLES, ROOT, Endpoint, exports_of

VARIABLE = "PERSONALIZER_KEY"


@contextmanager
def serving(
    *options: str, folder: Path | None = None, key: str | None = None
) -> Iterator[tuple[Endpoint, str, subprocess.Popen[str]]]:
    """Serve with a key in the environment; give endpoint, command line and process."""
    variables = {name: value for name, value in os.environ.items() if name != VARIABLE}
    if key is not None:
        variables[VARIABLE] = key
    kept = ("--in-memory",) if folder is None else ("--data-dir", str(folder))
    with subprocess.Popen(
        [sys.executable, "-m", "simulator", "serve", "--port", "0", *kept, *options],
        env={**variables, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            endpoint = exports_of(process)
            listed = Path(f"/proc/{process.pid}/cmdline").read_text(encoding="utf-8")
            yield endpoint, listed, process
        finally:
            process.terminate()
            process.wait(timeout=20)


def test_a_key_in_a_file_is_in_no_list_of_processes(tmp_path: Path) -> None:
    """Its first line, without what is around it; nor does the log hold it."""
    file = tmp_path / "key"
    file.write_text("  my-secret \nsomething else\n")
    file.chmod(0o600)

    with serving("--key-file", str(file)) as (endpoint, listed, process):
        ranked = endpoint.rank({"actions": ARTICLES}).status_code
        refused = Endpoint(endpoint.url, "something else").rank({"actions": ARTICLES}).status_code
        process.terminate()
        assert process.stderr is not None
        log = process.stderr.read()

    assert (endpoint.key, ranked, refused) == ("my-secret", 201, 401)
    assert "my-secret" not in listed + log
    assert "chmod" not in log


def test_a_file_that_everybody_can_read_is_said(tmp_path: Path) -> None:
    """And taken all the same: that is how container engines mount secrets."""
    file = tmp_path / "key"
    file.write_text("my-secret")
    file.chmod(0o644)

    with serving("--key-file", str(file)) as (endpoint, _, process):
        process.terminate()
        assert process.stderr is not None
        log = process.stderr.read()

    assert endpoint.key == "my-secret"
    assert f"chmod 600 {file}" in log


def test_a_key_in_the_environment_is_taken() -> None:
    """By those who share it: the server and its clients."""
    with serving(key="my-secret") as (endpoint, listed, _):
        assert endpoint.key == "my-secret"
        assert endpoint.rank({"actions": ARTICLES}).status_code == 201
        assert "my-secret" not in listed
        assert ask(endpoint, "GET /status HTTP/1.1\r\nHost: lab.example\r\n") == 200


def test_the_option_comes_before_the_environment() -> None:
    """Whoever types it wants it."""
    with serving("--key", "typed", key="my-secret") as (endpoint, _, _):
        assert endpoint.key == "typed"


@pytest.mark.parametrize("key", ["", DEVELOPMENT_KEY])
def test_the_public_key_in_the_environment_is_no_choice(key: str, tmp_path: Path) -> None:
    """As left there by another server: names are checked, and a kept secret stays."""
    with serving(key=key) as (endpoint, _, _):
        assert endpoint.key == DEVELOPMENT_KEY
        assert ask(endpoint, "GET /status HTTP/1.1\r\nHost: lab.example\r\n") == 421
    with serving(folder=tmp_path, key="my-secret"):
        pass
    with serving(folder=tmp_path, key=key) as (endpoint, _, _):
        assert endpoint.key == "my-secret"


def test_a_host_is_named_by_the_environment_of_a_container() -> None:
    """Where options are hard to give."""
    environment = dict(os.environ)
    os.environ["PERSONALIZER_ALLOW_HOST"] = "personalizer docker"
    try:
        with serving("--allow-origin", "https://app.example") as (endpoint, _, _):
            statuses = [
                ask(endpoint, f"GET /status HTTP/1.1\r\nHost: {name}:5000\r\n")
                for name in ("personalizer", "docker", "localhost", "evil.example")
            ]
    finally:
        os.environ.clear()
        os.environ.update(environment)

    assert statuses == [200, 200, 200, 421]


def test_the_public_key_in_the_environment_protects_no_other_host() -> None:
    """A shell may have it from another server; who wants it on a network says so with --key."""
    ended = command("serve", "--host", "198.51.100.1", environment={VARIABLE: DEVELOPMENT_KEY})

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert "other than the public one" in ended.err


def _file(folder: Path, content: bytes) -> str:
    path = folder / "key"
    path.write_bytes(content)
    path.chmod(0o600)
    return str(path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "it is empty"),
        (b"\n my-secret", "it is empty"),
        (b"schl\xc3\xbcssel", "--key-file should be printable ASCII"),
        (b"\xff\xfe\x00", "--key-file should be printable ASCII"),
        (b"a\tb", "--key-file should be printable ASCII"),
        (b"k" * 2_000, "at most 1024 bytes"),
    ],
)
def test_a_file_that_holds_no_key_is_said_in_one_line(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    """And nothing starts."""
    ended = command("serve", "--port", "0", "--key-file", _file(tmp_path, content))

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert expected in ended.err


def test_a_file_that_cannot_be_read_is_said_in_one_line(tmp_path: Path) -> None:
    """Missing, or a folder."""
    for path in (tmp_path / "missing", tmp_path):
        ended = command("serve", "--port", "0", "--key-file", str(path))

        assert (ended.code, ended.err.count("\n")) == (2, 1)
        assert f"cannot read --key-file {path}" in ended.err


def test_two_keys_are_one_too_many(tmp_path: Path) -> None:
    """Which of them is meant?"""
    ended = command("serve", "--key", "a", "--key-file", _file(tmp_path, b"b"))

    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "--key and --key-file" in ended.err


def test_a_key_in_the_environment_that_is_none_is_named_by_its_variable() -> None:
    """Not by an option that nobody gave."""
    ended = command("serve", "--port", "0", environment={VARIABLE: "schlüssel"})

    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert ended.err.startswith(f"personalizer-lab: {VARIABLE} should be printable ASCII")


def test_the_help_says_who_can_read_the_option() -> None:
    """And what hides it."""
    told = " ".join(command("serve", "--help").out.replace("│", " ").split())

    assert "other users of this machine can read it in the list of processes" in told
    assert "PERSONALIZER_KEY and --key-file hide it" in told
