"""What is ordered for a test has bounds: no order ends the server, or what it serves."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from mock_service.emulator.faults import MAX_FAULTS
from personalizer_lab import LocalPersonalizer
from tests.mock_service.emulator.api.test_control import HEADERS, rank

RANK = {"operation": "rank"}
BEYOND: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "duplicate": ("post", "faults", {**RANK, "duplicate": 10**30}, "duplicate should be 2 to 100"),
    "truncate": ("post", "faults", {**RANK, "truncate": 2**31}, "truncate should be 0 to"),
    "retry": ("post", "faults", {**RANK, "status": 429, "retryAfter": 10**9}, "retry_after should"),
    "times": ("post", "faults", {**RANK, "status": 500, "times": 10**18}, "times should be 1 to"),
    "seed": ("post", "faults", {**RANK, "status": 500, "seed": 2**200}, "seed should be 0 to"),
    "code": ("post", "faults", {**RANK, "status": 500, "code": "a\r\nX: b"}, "code should be"),
    "message": ("post", "faults", {**RANK, "status": 500, "message": "a\u2028"}, "message should"),
    "long": ("post", "faults", {**RANK, "status": 500, "message": "x" * 9_000}, "message should"),
    "wait": ("post", "faults", {**RANK, "latency": 1e9}, "from 0 to 3600"),
    "mean": (
        "post",
        "faults",
        {**RANK, "latency": {"distribution": "exponential", "mean": 1e300}},
        "from 0 to 3600",
    ),
    "sigma": (
        "post",
        "faults",
        {**RANK, "latency": {"distribution": "lognormal", "median": 1, "sigma": 1e308}},
        "sigma should be a number from 0 to 10",
    ),
    "seconds": (
        "post",
        "faults",
        {**RANK, "latency": {"distribution": "constant", "seconds": 10**400}},
        "from 0 to 3600",
    ),
    "late": ("post", "faults", {"operation": "reward", "late": "P9999999D"}, "0 to 3650 days"),
    "later": ("post", "faults", {"operation": "reward", "late": "P999999999DT24H"}, "3650 days"),
    "calls": ("put", "throttling", {"calls": 10**18, "seconds": 1}, "1 to 1000000 calls"),
    "choice": ("post", "choices", {"actionIds": ["x" * 1_000]}, "actionIds"),
    "choices": ("post", "choices", {"actionIds": ["x"] * 10_001}, "at most 10000 choices"),
}


@pytest.fixture
def control(personalizer: LocalPersonalizer) -> Iterator[httpx2.Client]:
    """Speak to a fresh server with its key."""
    with httpx2.Client(base_url=personalizer.endpoint, headers=HEADERS) as client:
        yield client


@pytest.mark.parametrize(("method", "path", "body", "expected"), BEYOND.values(), ids=BEYOND)
def test_what_is_beyond_is_refused_with_the_range(
    control: httpx2.Client, method: str, path: str, body: dict[str, Any], expected: str
) -> None:
    """When it is ordered, not when it is met."""
    reply = control.request(method.upper(), f"/mock/{path}", json=body)

    assert reply.status_code == 400
    assert expected in reply.json()["error"]["message"]
    assert rank(control).status_code == 201


def test_faults_are_ordered_up_to_some_number(control: httpx2.Client) -> None:
    """Those that are met make room for others, and numbers are given once."""
    for _ in range(MAX_FAULTS):
        ordered = control.post("/mock/faults", json={"operation": "rank", "status": 500})
    refused = control.post("/mock/faults", json={"operation": "rank", "status": 500})
    rank(control)
    again = control.post("/mock/faults", json={"operation": "rank", "status": 500})

    assert (ordered.status_code, refused.status_code, again.status_code) == (201, 400, 201)
    assert again.json()["number"] == MAX_FAULTS + 1
    assert len(control.get("/mock/faults").json()["faults"]) == MAX_FAULTS


def test_calls_are_held_back_up_to_some_number_of_bytes(control: httpx2.Client) -> None:
    """More are refused, not lost."""
    control.post("/mock/faults", json={"operation": "reward", "late": "PT1H", "times": None})
    body = b'{"value":1' + b" " * 1_000_000 + b"}"
    statuses = [
        control.post(f"/personalizer/v1.0/events/{number}/reward", content=body).status_code
        for number in range(40)
    ]

    assert set(statuses[:33]) == {204}
    assert set(statuses[34:]) == {400}
