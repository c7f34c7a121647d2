"""Automatic optimization, by a manual clock."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mock_service.build import build_service
from mock_service.evaluation.job import JobKind
from mock_service.hosting.service import Service
from mock_service.loop.configuration import Configuration, LearningMode
from mock_service.loop.decision import Action, RankRequest
from mock_service.settings import LoopSettings, Settings
from tests.helpers.evaluation_client import ALWAYS, OLD, answered, live_through, newest
from tests.helpers.loop_changes import configure
from tests.helpers.servers import Endpoint, served

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
AZURE = Settings(loop=LoopSettings(policy="azure"), manual_clock_from=NEW_YEAR)
ACTIONS = (Action("a", '[{"x":1}]'), Action("b", '[{"y":1}]'))
DAY = timedelta(days=1)


@pytest.fixture
def service() -> Iterator[Service]:
    """Return the loops of a server that has seen 1,000 events on New Year, and answers nothing."""
    made = build_service(AZURE)
    live(made, 1000)
    yield made
    made.close()


def live(service: Service, count: int) -> None:
    """Let the default loop see so many events."""
    loop = service.default.loop
    for number in range(count):
        loop.rank(RankRequest(f"e{number}", "[]", ACTIONS))
        loop.reward(f"e{number}", 1.0)


def asked(service: Service) -> list[datetime]:
    """Return when the default loop was optimised, the latest first."""
    service.flush()
    entries = service.jobs.all(service.default.number, JobKind.EVALUATION)
    assert all(entry.inquiry.automatic for entry in entries)
    return [entry.inquiry.created for entry in entries]


def moved(endpoint: Endpoint, step: str) -> list[dict[str, object]]:
    """Move the clock and return the evaluations there are then."""
    endpoint.post("/mock/clock", {"advance": step})
    body: list[dict[str, object]] = endpoint.send("GET", f"{OLD}/evaluations").json()
    return body


def test_a_surely_better_policy_is_applied_15_days_after_the_beginning() -> None:
    """Moving the clock does not wait for it; all versions show it, as of type Auto."""
    explorer = LoopSettings().with_changes(policy="azure", exploration=0.8)
    with served(replace(AZURE, loop=explorer)) as endpoint:
        live_through(endpoint, 1000)
        before = moved(endpoint, "P14DT23H")
        (pending,) = moved(endpoint, "PT1H")
        done = answered(endpoint, f"{OLD}/evaluations/{pending['id']}")
        policy = endpoint.send("GET", f"{OLD}/configurations/policy").json()["arguments"]
        shown = endpoint.send("GET", newest("evaluations", done["id"], **ALWAYS)).json()
        first = endpoint.send("GET", f"/personalizer/v1.0/evaluations/{done['id']}").json()

    found = {one["name"]: one["arguments"] for one in done["policyResults"]}
    assert (before, pending["status"], pending["evaluationType"]) == ([], "pending", "Auto")
    assert (done["status"], done["optimalPolicy"]) == ("optimalPolicyApplied", "Hyper1")
    assert policy == found["Hyper1"]
    assert (shown["status"], first["status"]) == ("OptimalPolicyApplied", "completed")


def test_without_a_better_policy_the_online_one_is_retained() -> None:
    """When everything earns the same, there is none."""
    with served(AZURE) as endpoint:
        for number in range(1000):
            body = {"actions": [{"id": "a", "features": [{"x": 1}]}], "eventId": f"e{number}"}
            endpoint.rank(body)
            endpoint.post(f"/personalizer/v1.0/events/e{number}/reward", {"value": 1.0})
        before = endpoint.send("GET", f"{OLD}/configurations/policy").json()
        (pending,) = moved(endpoint, "P15D")
        done = answered(endpoint, f"{OLD}/evaluations/{pending['id']}")
        after = endpoint.send("GET", f"{OLD}/configurations/policy").json()

    assert (done["status"], done["optimalPolicy"]) == ("onlinePolicyRetained", "")
    assert before == after


def test_it_comes_again_every_28_days(service: Service) -> None:
    """And once only for moments that have passed together."""
    for _ in range(45):
        service.housekeeping.advance(DAY)
    first = asked(service)
    service.housekeeping.advance(365 * DAY)
    service.housekeeping.advance(timedelta(hours=1))

    assert first == [NEW_YEAR + 43 * DAY, NEW_YEAR + 15 * DAY]
    assert asked(service)[1:] == first
    assert asked(service)[0] == NEW_YEAR + 410 * DAY


@pytest.mark.parametrize(
    "change",
    [
        lambda one: replace(one, auto_optimization=False),
        lambda one: replace(one, auto_optimization_start=NEW_YEAR + 999 * DAY),
        lambda one: replace(one, learning_mode=LearningMode.APPRENTICE),
    ],
)
def test_it_does_not_come_unless_configured(
    service: Service, change: Callable[[Configuration], Configuration]
) -> None:
    """Switched off, not yet, or not in online mode."""
    loop = service.default.loop
    configure(loop, change(loop.configuration))
    service.housekeeping.advance(30 * DAY)

    assert asked(service) == []


def test_it_does_not_come_for_too_few_events() -> None:
    """999 are too few."""
    service = build_service(AZURE)
    live(service, 999)
    service.housekeeping.advance(30 * DAY)

    assert asked(service) == []
    service.close()


def test_the_latest_24_are_kept(service: Service) -> None:
    """Of 40, one a day."""
    loop = service.default.loop
    configure(loop, replace(loop.configuration, auto_optimization_frequency=DAY))
    for _ in range(54):
        service.housekeeping.advance(DAY)

    kept = asked(service)
    assert (len(kept), kept[0], kept[-1]) == (24, NEW_YEAR + 54 * DAY, NEW_YEAR + 31 * DAY)
