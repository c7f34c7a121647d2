"""Events of clients with local inference, and what a server makes of them."""

import json
from pathlib import Path
from typing import Any

from mock_service.dsjson.event import LoggedDecision
from mock_service.dsjson.reader import LogReader
from tests.helpers.command_line import command
from tests.helpers.local_inference import (
    CB,
    OUTCOME,
    Choice,
    batch,
    cb_payload,
    event,
    outcome_payload,
)
from tests.helpers.servers import Endpoint

INTERACTIONS = "/personalizer/v1.1-preview.2/logs/interactions"
OBSERVATIONS = "/personalizer/v1.1-preview.2/logs/observations"
CONTEXT = json.dumps(
    {
        "FromUrl": [{"timeOfDay": "morning"}],
        "_multi": [{"_tag": name, "j": [{"topic": name}]} for name in ("a", "b", "c")],
    }
).encode()
PAGE = json.dumps(
    {**json.loads(CONTEXT), "_slots": [{"_id": "top", "sj": [{"big": 1}]}, {"_id": "side"}]}
).encode()
SURE = Choice((1, 0, 2), (0.8, 0.1, 0.1))


def decided(id_: str, choice: Choice = SURE, *, mode: int = 0, deferred: bool = False) -> bytes:
    """Return the event of a decision about three actions."""
    return event(id_, CB, cb_payload(CONTEXT, choice, mode=mode, deferred=deferred))


def heard(
    id_: str, value: float | str | None = 1.0, slot: str | int | None = None, *, taken: bool = False
) -> bytes:
    """Return the event of a reward, or of an activation."""
    return event(id_, OUTCOME, outcome_payload(value, slot=slot, taken=taken))


def post(endpoint: Endpoint, path: str, *events: bytes) -> int:
    """Post a batch, and return the answer's status."""
    return endpoint.post(path, content=batch(events)).status_code


def learning(endpoint: Endpoint) -> dict[str, Any]:
    """Return what the loop says of its training."""
    found: dict[str, Any] = endpoint.send("GET", "/mock/learning").json()
    return found


def read_log(folder: Path) -> list[LoggedDecision]:
    """Return the events that a loop in a data folder has settled, by way of an export."""
    log = folder / "log.dsjson"
    assert command("logs", "export", "--data-dir", str(folder), "--out", str(log)).code == 0
    with log.open(encoding="utf-8") as lines:
        return [one for one in LogReader(lines) if isinstance(one, LoggedDecision)]
