"""A loop that is read back goes on as if it had never stopped."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from mock_service.build import build_service
from mock_service.hosting.service import Service
from mock_service.loop.configuration import Configuration, LearningMode, Mode
from mock_service.loop.decision import Action, RankRequest
from mock_service.settings import LoopSettings, Settings
from tests.helpers.loop_changes import change_policy, configure

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ACTIONS = tuple(Action(name, f'[{{"name":"{name}"}}]') for name in ("a", "b", "c", "d"))
Step = Callable[[Service], object]


def settings(folder: Path, mode: Mode, configuration: Configuration | None = None) -> Settings:
    """Return a server's settings on a manual clock."""
    loop = LoopSettings(mode, configuration=configuration or Configuration())
    return Settings(loop=loop, data_folder=folder, manual_clock_from=NOON)


def steps(count: int, seed: int = 1) -> list[Step]:
    """Return what clients of a loop do: ranks, rewards soon, late, twice or never, activations."""
    rng = np.random.default_rng(seed)
    made: list[Step] = []
    for number in range(count):
        made.append(_rank(f"e{number}", f"u{rng.integers(20)}", deferred=number % 7 == 0))
        made.append(_advance(float(rng.exponential(20))))
        about = rng.integers(max(0, number - 40), number + 3, 2)
        made += [_reward(f"e{n}", float(rng.integers(0, 3)) / 2) for n in about]
        if number % 14 == 0:
            made.append(_activate(f"e{number}"))
    return made


def _rank(event_id: str, user: str, *, deferred: bool) -> Step:
    request = RankRequest(
        event_id, f'[{{"user":"{user}"}}]', ACTIONS, frozenset("a"), deferred=deferred
    )
    return lambda service: service.default.loop.rank(request)


def _reward(event_id: str, value: float) -> Step:
    return lambda service: service.default.loop.reward(event_id, value)


def _activate(event_id: str) -> Step:
    return lambda service: service.default.loop.activate(event_id)


def _advance(seconds: float) -> Step:
    return lambda service: service.housekeeping.advance(timedelta(seconds=seconds))


def looks(service: Service) -> list[object]:
    """Return what can be seen of a loop: probabilities, counts, versions, model."""
    loop = service.default.loop
    ranked = [
        loop.rank(RankRequest(f"look-{n}", f'[{{"user":"u{n}"}}]', ACTIONS)) for n in range(20)
    ]
    return [
        [(decision.order, decision.probabilities) for decision in ranked],
        loop.stats,
        loop.waiting,
        loop.state,
        loop.training_status().trained_events,
        loop.training_status().version,
        loop.training_status().modified,
        loop.training_status().next_export,
        loop.model(),
    ]


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("aggregation", ["earliest", "sum"])
def test_a_loop_that_was_stopped_equals_one_that_never_was(
    tmp_path: Path, mode: Mode, aggregation: str
) -> None:
    """Stopped eight times without notice: the same probabilities, counts and model bytes."""
    wanted = settings(tmp_path / "a", mode, Configuration(reward_aggregation=aggregation))
    whole = build_service(wanted)
    parts = build_service(settings(tmp_path / "b", mode, wanted.loop.configuration))
    uid = whole.default.loop.state.uid
    all_steps = steps(400)
    for number, step in enumerate(all_steps):
        step(whole)
        step(parts)
        if number % 200 == 100:
            parts.queue.flush()
            parts.loops.reload()

    seen, seen_of_parts = looks(whole), looks(parts)

    seen_of_parts[3] = whole.default.loop.state
    assert parts.default.loop.state.uid != uid
    assert seen == seen_of_parts


def test_a_clean_stop_keeps_everything_too(tmp_path: Path) -> None:
    """Closed and opened again, clock included."""
    first = build_service(settings(tmp_path, Mode.AZURE))
    for step in steps(100):
        step(first)
    expected = [first.clock.now(), first.default.keys, *looks(first)]
    first.close()

    second = build_service(settings(tmp_path, Mode.AZURE))

    found = [second.clock.now(), second.default.keys]
    assert [*found, second.default.loop.stats] == [*expected[:2], expected[3]]
    assert second.default.loop.model() == expected[-1]


def test_what_is_changed_on_the_way_is_kept(tmp_path: Path) -> None:
    """Configuration, policy, keys and an emptied model."""
    first = build_service(settings(tmp_path, Mode.QUICK))
    loop = first.default.loop
    for step in steps(30):
        step(first)
    configure(loop, Configuration(exploration=0.5, learning_mode=LearningMode.APPRENTICE))
    change_policy(loop, "--cb_explore_adf --cb_type ips --epsilon 0.5")
    loop.import_model(b"")
    first.loops.change_keys("default", ("one", "two"))
    expected = (loop.state, ("one", "two"), b"", loop.training_status().version)
    first.queue.flush()

    first.loops.reload()

    loop = first.default.loop
    assert (
        loop.state,
        first.default.keys,
        loop.model(),
        loop.training_status().version,
    ) == expected


def test_settings_that_teach_otherwise_retrain_from_what_is_stored(tmp_path: Path) -> None:
    """As if the loop had had them for the last two days."""
    service = build_service(settings(tmp_path, Mode.AZURE))
    loop = service.default.loop
    for number in range(50):
        loop.rank(RankRequest(f"e{number}", "[]", ACTIONS))
        loop.reward(f"e{number}", 1.0)
        loop.reward(f"e{number}", -1.0)
        service.housekeeping.advance(timedelta(seconds=30))
    service.housekeeping.advance(timedelta(minutes=15))
    before = loop.rank(RankRequest("look", "[]", ACTIONS))

    configure(loop, Configuration(reward_aggregation="min"))
    service.housekeeping.advance(timedelta(minutes=5))
    after = loop.rank(RankRequest("look", "[]", ACTIONS))

    probabilities = [dict(sorted(d.ranking)) for d in (before, after)]
    assert max(probabilities[0], key=probabilities[0].__getitem__) == "a"
    assert max(probabilities[1], key=probabilities[1].__getitem__) != "a"
    assert loop.training_status().trained_events == 50


def test_old_logs_are_let_go_and_the_model_stays(tmp_path: Path) -> None:
    """Ninety days on, nothing is left of the events but what they taught."""
    service = build_service(settings(tmp_path, Mode.QUICK))
    for step in steps(100):
        step(service)
    model = service.default.loop.model()
    assert service.log_range("default") is not None

    service.housekeeping.advance(timedelta(days=92))
    service.flush()

    assert service.queue.query("SELECT count(*) FROM events").fetchone() == (0,)
    assert service.queue.query("SELECT count(*) FROM observations").fetchone() == (0,)
    assert service.log_range("default") is None
    assert len(service.default.loop.model()) >= len(model)


def test_deleted_logs_leave_waiting_events_alone(tmp_path: Path) -> None:
    """Their rewards still join."""
    service = build_service(settings(tmp_path, Mode.QUICK))
    loop = service.default.loop
    for event_id in ("settled", "waiting"):
        loop.rank(RankRequest(event_id, "[]", ACTIONS))
    loop.reward("settled", 1.0)

    service.housekeeping.delete_log("default")
    loop.reward("waiting", 1.0)

    service.flush()
    assert loop.training_status().trained_events == 2
    assert service.queue.query("SELECT count(*) FROM events").fetchone() == (1,)
