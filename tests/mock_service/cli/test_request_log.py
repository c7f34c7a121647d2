"""A server's lines on stderr: every request or the refusals alone, for people or for programs."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from tests.helpers.servers import ARTICLES, ROOT, Endpoint, exports_of

HIDDEN = "a-feature-of-somebody"


@contextmanager
def _logged(*options: str) -> Iterator[tuple[Endpoint, list[str]]]:
    """Yield a server and, when it has ended, the lines that it logged."""
    lines: list[str] = []
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "serve", "--port", "0", "--in-memory", *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield exports_of(process), lines
    finally:
        process.terminate()
        lines += process.communicate(timeout=20)[1].splitlines()


def _use(endpoint: Endpoint) -> None:
    """Rank and reward, without a key and with one, and send something that is refused."""
    headers = {"Ocp-Apim-Subscription-Key": endpoint.key}
    base = f"{endpoint.url}/personalizer/v1.0"
    context = [{"hidden": HIDDEN}]
    body = {"actions": ARTICLES, "contextFeatures": context, "eventId": "event\u202e1"}
    requests.post(f"{base}/rank", json=body, headers=headers, timeout=5)
    requests.post(f"{base}/events/e%2F2/reward", json={"value": 1}, headers=headers, timeout=5)
    requests.post(f"{base}/rank?sig={HIDDEN}", json={}, headers=headers, timeout=5)
    requests.post(f"{base}/rank", json=body, timeout=5)


def test_every_request_is_a_line_that_tells_no_secret() -> None:
    """Method, path, status, milliseconds and event; of refusals the reason, too."""
    with _logged("--log-level", "info") as (endpoint, lines):
        _use(endpoint)

    told = [line.split(" ", 2)[2] for line in lines if "/personalizer/" in line]
    assert told[0].startswith("INFO POST /personalizer/v1.0/rank 201, ")
    assert told[0].endswith(" ms, event event\\u202e1")
    assert told[1].startswith("INFO POST /personalizer/v1.0/events/e/2/reward 204, ")
    assert told[1].endswith("event e/2")
    assert told[2].startswith("WARNING POST /personalizer/v1.0/rank 400, ")
    assert "InvalidRankRequest" in told[2]
    assert "WARNING POST /personalizer/v1.0/rank 401, " in told[3]
    assert "Access denied" in told[3]
    assert not any(HIDDEN in line or endpoint.key in line for line in lines)


def test_by_default_refusals_alone_are_told() -> None:
    """It is quiet while all is well."""
    with _logged() as (endpoint, lines):
        _use(endpoint)

    told = [line for line in lines if "/personalizer/" in line]
    assert [("400" in line, "401" in line) for line in told] == [(True, False), (False, True)]


def test_programs_get_an_object_a_line() -> None:
    """With the operation's name; the server's own lines are objects, too."""
    with _logged("--log-level", "info", "--log-format", "json") as (endpoint, lines):
        _use(endpoint)

    documents = [json.loads(line) for line in lines]
    told = [document for document in documents if "path" in document]
    assert [one["operation"] for one in told] == ["rank", "reward", "rank", "rank"]
    assert [one["status"] for one in told] == [201, 204, 400, 401]
    assert [one["level"] for one in told] == ["info", "info", "warning", "warning"]
    assert all(one["milliseconds"] > 0 for one in told)
    assert told[0]["event_id"] == "event\\u202e1"
    assert {"time", "level", "message"} == documents[0].keys()
