"""Loops with one illness each, and how they are driven: over HTTP, or here with a log."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mock_service.clock import ManualClock
from mock_service.dsjson.recorder import LogRecorder
from mock_service.loop.configuration import Configuration
from mock_service.loop.decision import Action, RankRequest
from mock_service.loop_assembly import build_loop
from mock_service.settings import LoopSettings, Settings
from tests.helpers.servers import ARTICLES, Endpoint, served

START = datetime(2026, 1, 5, tzinfo=UTC)
_USUAL = Settings(manual_clock_from=START)
TASTES = {"reader": "politics", "player": "sports", "listener": "music"}

Features = list[dict[str, Any]]


def people(number: int) -> Features:
    """Return a context that tells who likes what."""
    return [{"kind": list(TASTES)[number % 3]}, {"hour": number % 5}]


def pleased(context: Features, action_id: str) -> float:
    """Return 1 for what suits the visitor."""
    return float(TASTES.get(str(context[0].get("kind"))) == action_id)


def by_hour(context: Features, _: str) -> float:
    """Return what has nothing to do with the action."""
    return 0.5 + float(context[1]["hour"]) / 10


@dataclass(frozen=True, slots=True)
class Habits:
    """How an application uses its loop."""

    events: int = 150
    context: Callable[[int], Features] = people
    actions: Features = field(default_factory=lambda: ARTICLES)
    reward: Callable[[Features, str], float | None] = pleased
    deferred: bool = False
    rewarded_id: Callable[[str], str] = str


def drive(endpoint: Endpoint, habits: Habits) -> None:
    """Rank and reward over HTTP as an application of such habits does."""
    for number in range(habits.events):
        context = habits.context(number)
        body = {
            "contextFeatures": context,
            "actions": habits.actions,
            "eventId": f"e{number}",
            "deferActivation": habits.deferred,
        }
        reply = endpoint.rank(body)
        assert reply.status_code == 201, reply.text
        value = habits.reward(context, reply.json()["rewardActionId"])
        if value is not None:
            send_reward(endpoint, habits.rewarded_id(f"e{number}"), value)


def send_reward(endpoint: Endpoint, event_id: str, value: float) -> None:
    """Reward an event over HTTP."""
    path = f"/personalizer/v1.0/events/{event_id}/reward"
    assert endpoint.post(path, {"value": value}).status_code == 204


def advance(endpoint: Endpoint, step: str) -> None:
    """Move the endpoint's clock."""
    assert endpoint.post("/mock/clock", {"advance": step}).status_code == 200


@contextmanager
def patient(loop: LoopSettings | None = None, settings: Settings = _USUAL) -> Iterator[Endpoint]:
    """Serve a loop on a manual clock."""
    settings = replace(settings, loop=loop or LoopSettings())
    with served(settings) as endpoint:
        yield endpoint


def write_log(path: Path, habits: Habits, exploration: float = 0.2) -> Path:
    """Let an application of such habits use a loop in this process, and keep the loop's log."""
    actions = tuple(Action(str(a["id"]), json.dumps(a["features"])) for a in habits.actions)
    settings = LoopSettings(configuration=Configuration(exploration=exploration))
    clock = ManualClock(START)
    with path.open("w", encoding="utf-8") as file:
        loop = build_loop(settings, clock, store=LogRecorder(file))
        for number in range(habits.events):
            context = habits.context(number)
            event_id = f"e{number}"
            request = RankRequest(event_id, json.dumps(context), actions, deferred=habits.deferred)
            value = habits.reward(context, loop.rank(request).chosen.id)
            if value is not None:
                loop.reward(habits.rewarded_id(event_id), value)
            clock.advance(timedelta(seconds=1))
        clock.advance(timedelta(hours=1))
        loop.settle()
    return path
