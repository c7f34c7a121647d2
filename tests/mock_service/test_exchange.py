"""A reply of another server is bounded in bytes and in total time, whatever it sends."""

import gzip
from contextlib import closing
from time import monotonic, sleep

import pytest

from mock_service.exchange import (
    BoundedReply,
    Exchange,
    ExchangeFailed,
    NotConnected,
    ReplyUnreadable,
)
from tests.helpers.byte_server import Answer, Pieces, answering_with, drip, pour, reply

CHUNKED = b"HTTP/1.1 201 X\r\nTransfer-Encoding: chunked\r\n\r\n"
BOMB = gzip.compress(b"[" * 20_000_000, 1)


def _send(answer: Answer, timeout: float = 5.0) -> BoundedReply:
    exchange = Exchange(timeout)
    try:
        with answering_with(answer) as url:
            return exchange.send("POST", f"{url}/rank", {"key": "k"}, b"{}")
    finally:
        exchange.close()


def test_a_reply_within_the_bounds_is_returned() -> None:
    """Status, headers and body."""
    found = _send(lambda _, body: reply(201, b"got " + body, "X-Thing: a"))

    assert (found.status, found.headers["x-thing"], found.body) == (201, "a", b"got {}")


@pytest.mark.parametrize(
    "beginning",
    [b"HTTP/1.1 201 X\r\nContent-Length: 100000\r\n\r\n", b"HTTP/1.1 201 X\r\nA: ", b"HTTP", b""],
    ids=["body", "header", "status", "nothing"],
)
def test_a_dripping_reply_ends_with_the_time(beginning: bytes) -> None:
    """Wherever it begins to drip."""
    began = monotonic()

    with pytest.raises(ExchangeFailed):
        _send(lambda *_: drip(beginning), 0.5)

    assert monotonic() - began < 3


@pytest.mark.parametrize(
    "pieces",
    [
        lambda: pour(CHUNKED),
        lambda: reply(201, BOMB, "Content-Encoding: gzip"),
        lambda: reply(201, gzip.compress(BOMB), "Content-Encoding: gzip, gzip"),
        lambda: reply(201, b"xxxxx", "Content-Encoding: gzip"),
        lambda: reply(201, b"xxxxx", "Content-Encoding: deflate"),
    ],
    ids=["endless", "bomb", "bomb in a bomb", "no gzip", "no deflate"],
)
def test_what_is_too_large_or_encoded_wrongly_is_unreadable(pieces: object) -> None:
    """After no more than the bound was read."""
    assert callable(pieces)
    with pytest.raises(ReplyUnreadable):
        _send(lambda *_: pieces())


@pytest.mark.parametrize(
    "pieces",
    [
        [b"\x00\xff\xfejunk\r\n\r\n"],
        [b"HTTP/1.1 201 X\r\nA: " + b"x" * 1_000_000],
        reply(201, b"", "Content-Length: 99"),
        [b"HTTP/1.1 201 X\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
    ],
    ids=["junk", "headers", "two lengths", "chunks"],
)
def test_what_is_no_http_fails(pieces: Pieces) -> None:
    """And is told from a server that is not there."""
    with pytest.raises(ExchangeFailed) as failed:
        _send(lambda *_: pieces, 2)

    assert not isinstance(failed.value, NotConnected)


def test_a_charset_that_is_none_does_no_harm() -> None:
    """The text is shown as UTF-8."""
    found = _send(lambda *_: reply(500, b"no\xff", "Content-Type: text/x; charset=rot13"))

    assert found.excerpt(10) == "no�"


def test_redirects_are_not_followed_and_cookies_not_kept() -> None:
    """So no key leaves for another host, and nothing piles up."""
    asked: list[str] = []

    def answer(path: str, _: bytes) -> Pieces:
        asked.append(path)
        return reply(307, b"", "Location: /elsewhere", "Set-Cookie: a=b")

    assert _send(answer).status == 307
    assert asked == ["/rank"]


@pytest.mark.parametrize("key", ["schl\xfcssel", "a\r\nb: c", "\ud800", "a\tb"])
def test_a_key_that_http_does_not_carry_is_named(key: str) -> None:
    """Before anything is sent, and without the key."""
    with closing(Exchange(2)) as exchange, pytest.raises(NotConnected, match=r"^Key: expected p"):
        exchange.send("GET", "http://127.0.0.1:9/", {"Key": key})


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1:9/", "http://[::1", "http://", "ftp://x/", "http://x\ud800/"),
        *("http://" + "x" * 64 + ".example/", "http://" + "x" * 5000, "http://a..b/"),
    ],
)
def test_nobody_there(url: str) -> None:
    """Or no address."""
    exchange = Exchange(2)
    with pytest.raises(NotConnected):
        exchange.send("GET", url, {})
    exchange.close()


def test_a_cut_connection_is_not_used_again() -> None:
    """The next exchange is a new one."""
    exchange = Exchange(0.5)
    turns: list[Pieces] = [
        drip(b"HTTP/1.1 200 X\r\nContent-Length: 9999\r\n\r\n"),
        reply(200, b"well"),
    ]
    with answering_with(lambda *_: turns.pop(0)) as url:
        with pytest.raises(ExchangeFailed, match=r"no whole reply within 0\.5 s"):
            exchange.send("GET", url, {})
        found = exchange.send("GET", url, {})
    exchange.close()

    assert found.body == b"well"


def test_no_exchange_begins_when_the_time_for_all_is_over() -> None:
    """A server that takes nearly too long for each reply does not take it for all."""
    exchange = Exchange(5.0, total=0.2)
    with answering_with(lambda *_: _late(reply(200))) as url, closing(exchange):
        assert exchange.send("GET", url, {}).status == 200
        with pytest.raises(ExchangeFailed, match=r"longer than 0\.2 s in all"):
            exchange.send("GET", url, {})


def _late(pieces: Pieces) -> Pieces:
    sleep(0.3)
    return pieces
