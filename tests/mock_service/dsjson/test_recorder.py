"""A log written while a loop runs holds every event whose wait is over, as it was joined."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest

from mock_service.clock import ManualClock
from mock_service.dsjson.event import LoggedDecision
from mock_service.dsjson.reader import read_log
from mock_service.dsjson.recorder import LogRecorder
from mock_service.loop.configuration import Configuration, Mode
from mock_service.loop.decision import Action, RankRequest
from mock_service.loop_assembly import build_loop
from mock_service.settings import LoopSettings

ACTIONS = (Action("a", '[{"k":1}]'), Action("b", '[{"k":2}]'))
WAIT = timedelta(minutes=10)


@pytest.fixture
def logged() -> dict[str, LoggedDecision]:
    """Return the log of four events: rewarded twice, silent, activated in time, never activated."""
    clock, log = ManualClock(datetime(2026, 1, 5, tzinfo=UTC)), StringIO()
    configuration = Configuration(reward_wait_time=WAIT, default_reward=0.25)
    settings = LoopSettings(mode=Mode.AZURE, configuration=configuration)
    loop = build_loop(settings, clock, store=LogRecorder(log))
    for name, deferred in (("twice", False), ("silent", False), ("shown", True), ("unseen", True)):
        loop.rank(RankRequest(name, '[{"x":1}]', ACTIONS, deferred=deferred))
    loop.reward("twice", 1.0)
    loop.reward("twice", 0.0)
    loop.reward("shown", 0.5)
    loop.activate("shown")
    loop.reward("unseen", 0.5)
    assert not log.getvalue()
    clock.advance(WAIT)
    loop.settle()
    events = list(read_log(log.getvalue().splitlines()))
    return {event.event_id: event for event in events if isinstance(event, LoggedDecision)}


def test_each_event_is_logged_once_with_all_its_rewards(logged: dict[str, LoggedDecision]) -> None:
    """What was learned, and everything that was heard."""
    assert list(logged) == ["twice", "silent", "shown", "unseen"]
    assert logged["twice"].reward == 1.0
    assert [one.value for one in logged["twice"].observations] == [1.0, 0.0]
    assert (logged["silent"].reward, logged["silent"].observations) == (0.25, ())


def test_a_deferred_event_is_skipped_unless_it_was_shown(logged: dict[str, LoggedDecision]) -> None:
    """And says that it was."""
    shown, unseen = logged["shown"], logged["unseen"]

    assert (shown.deferred, shown.activated, shown.skip_learn) == (True, True, False)
    assert (unseen.deferred, unseen.activated, unseen.skip_learn) == (True, False, True)


def test_probabilities_and_time_are_the_decisions(
    logged: dict[str, LoggedDecision],
) -> None:
    """Before the first model every action is as likely as any other."""
    one = logged["silent"]

    assert (one.propensity, one.probabilities, one.model_id) == (0.5, (0.5, 0.5), "N/A")
    assert one.at == datetime(2026, 1, 5, tzinfo=UTC)
    assert one.actions == ACTIONS
