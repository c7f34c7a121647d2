"""What reads most rank bodies makes of them what the careful way makes of them, or leaves them."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_service.errors import ApiError
from mock_service.loop.decision import RankRequest
from mock_service.rest.fast_rank import read_rank
from mock_service.rest.requests import parse_body
from mock_service.rest.schemas import RankRequestBody
from mock_service.rest.validation import rank_request

USUAL = {
    "contextFeatures": [{"time": "morning", "n": 1.50}, {"user": {"age": 33, "vip": True}}],
    "actions": [
        {"id": "a", "features": [{"x": 1}, {"sizes": [1, 2.5]}]},
        {"id": "b", "features": [{"y": "é"}]},
    ],
    "excludedActions": ["b"],
    "eventId": "event/1",
    "deferActivation": True,
}


def carefully(body: bytes) -> RankRequest | str:
    """Return what the careful way makes of a body, or its complaint."""
    try:
        return rank_request(parse_body(RankRequestBody, body, "InvalidRankRequest"), lambda: "new")
    except ApiError as error:
        return error.message


def test_a_usual_body_is_read() -> None:
    """The same request comes of it."""
    body = json.dumps(USUAL, indent=1).encode()

    assert read_rank(body, lambda: "new") == carefully(body)
    assert read_rank(body, lambda: "new") is not None


@pytest.mark.parametrize(
    "change",
    [
        {"eventId": None},
        {"contextFeatures": None},
        {"contextFeatures": []},
        {"excludedActions": None},
        {"deferActivation": None},
        {"contextFeatures": [{"big": 10**30, "small": 1e-300, "neg": -0.0}]},
    ],
)
def test_what_may_be_left_out_may_be_null(change: dict[str, Any]) -> None:
    """And numbers are what they are, whatever their size."""
    body = json.dumps(USUAL | change).encode()

    assert read_rank(body, lambda: "new") == carefully(body)
    assert read_rank(body, lambda: "new") is not None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'\xef\xbb\xbf{"actions":[{"id":"a","features":[{"x":1}]}]}',
        b'{"Actions":[{"id":"a","features":[{"x":1}]}]}',
        b'{"actions":[{"id":1,"features":[{"x":1}]}]}',
        b'{"actions":[{"id":"","features":[{"x":1}]}]}',
        b'{"actions":[{"id":"a","features":[]}]}',
        b'{"actions":[{"id":"a","features":[{}]}]}',
        b'{"actions":[{"id":"a","features":{"x":1}}]}',
        b'{"actions":[{"id":"a","features":[{"x":[1,"b"]}]}]}',
        b'{"actions":[{"id":"a","features":[{"x":NaN}]}]}',
        b'{"actions":[{"id":"a","features":[{"x":1e999}]}]}',
        b'{"actions":[{"id":"a","features":[{"x":"\xff"}]}]}',
        b'{"actions":[{"id":"a","features":[{"x":"\x01"}]}]}',
        b'{"actions":[null]}',
        b'{"actions":[]}',
        b'{"actions":[{"id":"a","features":[{"x":1}]}],"eventId":""}',
        b'{"actions":[{"id":"a","features":[{"x":1}]}],"eventId":"a\\u0000"}',
        b'{"actions":[{"id":"a","features":[{"x":1}]}],"contextFeatures":[null]}',
        b'{"actions":[{"id":"a","features":[{"x":1}]}],"contextFeatures":{"a":1}}',
        b'{"actions":[{"id":"a","features":[{"x":1}]}],"contextFeatures":[{"":1}]}',
        b'{"actions":[{"id":"a","features":[{"x":1}]}],"more":1}',
        b'{"actions":[{"id":"a","features":[{"x":1}]}]} x',
        json.dumps(USUAL | {"actions": USUAL["actions"] * 26}).encode(),  # type: ignore[operator] # a list
        json.dumps(USUAL | {"eventId": "x" * 257}).encode(),
        b'{"actions":[{"id":"a","features":[%b]}]}' % (b"[" * 5000 + b"]" * 5000),
        b'{"actions":[{"id":"a","features":[{"x":1}]}],"contextFeatures":%b}'
        % (b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    ],
    ids=lambda body: repr(body[:60]),
)
def test_an_unusual_body_is_left_to_the_careful_way(body: bytes) -> None:
    """With its complaint, or with what it forgives."""
    assert read_rank(body, lambda: "new") is None


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
_BODIES = st.fixed_dictionaries(
    {"actions": st.lists(st.fixed_dictionaries({"id": _VALUES, "features": _VALUES}), max_size=3)},
    optional={name: _VALUES for name in USUAL if name != "actions"},
)


@given(_BODIES, st.sampled_from([None, 1, 2]))
@settings(max_examples=400, deadline=None)
def test_whatever_it_reads_is_read_alike(body: dict[str, Any], indent: int | None) -> None:
    """Bodies of any values where the contract has its own."""
    text = json.dumps(body, indent=indent).encode()

    found = read_rank(text, lambda: "new")

    assert found is None or found == carefully(text)
