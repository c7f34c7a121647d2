"""Which names a server answers to: no page reaches it under a name of its own."""

from collections.abc import Iterator

import httpx2
import pytest

from mock_service.settings import Settings
from tests.helpers.command_line import command
from tests.helpers.raw_http import ask
from tests.helpers.servers import Endpoint, served

LOOPBACK = [
    "localhost",
    "localhost:5000",
    "LocalHost:1",
    "shop.localhost:5000",
    "127.0.0.1",
    "127.0.0.1:5000",
    "127.255.255.254:1",
    "[::1]",
    "[::1]:5000",
    "[0:0:0:0:0:0:0:1]:5000",
]
FOREIGN = [
    "evil.example",
    "evil.example:5000",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.1.nip.io",
    "notlocalhost",
    "evil-localhost",
    ".localhost",
    "a..localhost",
    "localhost.",
    "127.0.0.1.",
    "127.1",
    "127.0.0.01",
    "2130706433",
    "0x7f000001",
    "0.0.0.0:5000",
    "192.168.1.2",
    "128.0.0.1",
    "[::2]",
    "[::ffff:127.0.0.1]",
    "[::1%25lo]",
    "[::1].evil.example",
    "::1",
    "evil.example@localhost",
    "localhost@evil.example",
    "localhost:5000@evil.example",
    "localhost:",
    "localhost:x",
    "localhost:5000:5000",
    "localhost/evil.example",
    "localhost,evil.example",
    "localhost evil.example",
    "http://localhost",
    "",
]
PATHS = ["/", "/status", "/docs", "/docs/start.js", "/openapi.json", "/personalizer/v1.0/model"]
HEADERS = {"Ocp-Apim-Subscription-Key": "mine"}


@pytest.fixture(scope="module")
def named() -> Iterator[Endpoint]:
    """Serve with a secret key to those who call by two names."""
    settings = Settings(
        key="mine", key_is_explicit=True, allow_hosts=("personalizer", "[2001:db8::1]", "10.0.0.7")
    )
    with served(settings) as running:
        yield running


@pytest.mark.parametrize("host", LOOPBACK)
def test_a_name_of_loopback_is_answered(endpoint: Endpoint, host: str) -> None:
    """With any port: a container's may be published as another."""
    assert ask(endpoint, f"GET /status HTTP/1.1\r\nHost: {host}\r\n") == 200


@pytest.mark.parametrize("host", FOREIGN)
def test_any_other_name_is_refused(endpoint: Endpoint, host: str) -> None:
    """While the key is public; 400 is the parser's word for what is no name at all."""
    assert ask(endpoint, f"GET /status HTTP/1.1\r\nHost: {host}\r\n") in {421, 400}


@pytest.mark.parametrize("path", [*PATHS, "/mock/calls", "/loops/blue/mock/calls", "/nothing"])
def test_a_foreign_name_is_refused_on_every_path(endpoint: Endpoint, path: str) -> None:
    """In the service's shape, with the option that would help."""
    reply = httpx2.get(
        endpoint.url + path,
        headers={"Host": "evil.example", "Ocp-Apim-Subscription-Key": endpoint.key},
    )

    assert reply.status_code == 421
    assert reply.json()["error"]["code"] == "421"
    assert "--allow-host" in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    "head",
    [
        "GET /status HTTP/1.0\r\n",
        "GET /status HTTP/1.1\r\n",
        "GET /status HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n",
        "GET /status HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\n",
    ],
)
def test_a_request_with_no_name_or_several_is_refused(endpoint: Endpoint, head: str) -> None:
    """By the parser or by the server."""
    assert ask(endpoint, head) in {421, 400}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("personalizer", 200),
        ("PERSONALIZER:5000", 200),
        ("localhost", 200),
        ("10.0.0.7:80", 200),
        ("[2001:DB8:0::1]:5000", 200),
        ("evil.example", 421),
        ("personalizer.evil.example", 421),
        ("10.0.0.8", 421),
    ],
)
def test_names_that_were_given_are_answered_besides(
    named: Endpoint, host: str, status: int
) -> None:
    """And the check is on with a secret key too."""
    assert ask(named, f"GET /status HTTP/1.1\r\nHost: {host}\r\n") == status


def test_a_secret_key_needs_no_names() -> None:
    """Nobody who does not know it gains anything by a name."""
    with served(Settings(key="mine", key_is_explicit=True)) as endpoint:
        assert ask(endpoint, "GET /status HTTP/1.1\r\nHost: lab.example\r\n") == 200
        assert ask(endpoint, "GET /status HTTP/1.0\r\n") == 200


def test_the_check_goes_by_the_keys_of_the_moment() -> None:
    """Rotated away, the public keys protect nothing any more."""
    with served() as endpoint:
        statuses = [ask(endpoint, "GET /status HTTP/1.1\r\nHost: lab.example\r\n")]
        key = endpoint.post("/mock/loops/default/keys", {"rotate": 1}).json()["key1"]
        statuses.append(ask(endpoint, "GET /status HTTP/1.1\r\nHost: lab.example\r\n"))
        Endpoint(endpoint.url, key).post("/mock/loops/default/keys", {"rotate": 2})
        statuses.append(ask(endpoint, "GET /status HTTP/1.1\r\nHost: lab.example\r\n"))

    assert statuses == [421, 421, 200]


def test_a_token_that_nobody_checks_is_as_public_as_a_key() -> None:
    """A page of any name could send one."""
    with served(Settings(key="mine", key_is_explicit=True, accept_bearer=True)) as endpoint:
        assert ask(endpoint, "GET /status HTTP/1.1\r\nHost: lab.example\r\n") == 421
        assert ask(endpoint, "GET /status HTTP/1.1\r\nHost: localhost\r\n") == 200


@pytest.mark.parametrize("name", ["", "*", "a:5000", "http://a", "a b", "a/b", "u@a", "[::1", "ä"])
def test_what_is_no_name_is_refused_in_one_line(name: str) -> None:
    """Before anything starts."""
    ended = command("serve", "--port", "0", "--in-memory", "--allow-host", name)

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert "--allow-host" in ended.err
