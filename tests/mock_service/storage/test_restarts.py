"""A server that is killed at any moment and started again answers as one that never was."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from mock_service.build import build_service
from mock_service.hosting.service import Service
from mock_service.loop.configuration import Configuration, Mode
from mock_service.loop.decision import RankRequest
from tests.helpers.loop_changes import change_policy, configure
from tests.mock_service.storage.test_recovery import ACTIONS, settings

Step = Callable[[Service], object]
IDS = 6
"""So few event ids that most are ranked again while an earlier decision of theirs waits."""


def random_steps(count: int, seed: int) -> list[Step]:
    """Return what clients may do, in any order, with what nobody does often among it."""
    rng = np.random.default_rng(seed)
    kinds = (_rank, _reward, _reward, _activate, _advance, _advance, _change)
    return [kinds[rng.integers(len(kinds))](rng) for _ in range(count)]


def _rank(rng: np.random.Generator) -> Step:
    request = RankRequest(
        f"e{rng.integers(IDS)}",
        f'[{{"user":"u{rng.integers(3)}"}}]',
        ACTIONS[: rng.integers(2, 5)],
        deferred=bool(rng.integers(3) == 0),
    )
    return lambda service: service.default.loop.rank(request)


def _reward(rng: np.random.Generator) -> Step:
    event_id, value = f"e{rng.integers(IDS)}", float(rng.integers(-2, 3)) / 2
    return lambda service: service.default.loop.reward(event_id, value)


def _activate(rng: np.random.Generator) -> Step:
    event_id = f"e{rng.integers(IDS)}"
    return lambda service: service.default.loop.activate(event_id)


def _advance(rng: np.random.Generator) -> Step:
    step = timedelta(seconds=float(rng.choice([0.5, 10, 70, 200, 400])))
    return lambda service: service.housekeeping.advance(step)


def _change(rng: np.random.Generator) -> Step:
    share = float(rng.integers(1, 4)) / 10
    aggregation = str(rng.choice(["earliest", "sum", "average"]))
    changes: list[Step] = [
        lambda service: configure(
            service.default.loop, Configuration(exploration=share, reward_aggregation=aggregation)
        ),
        lambda service: change_policy(service.default.loop, "--cb_explore_adf --cb_type ips"),
        lambda service: change_policy(
            service.default.loop, service.default.loop.state.default_policy
        ),
        lambda service: service.default.loop.import_model(b""),
        lambda service: service.housekeeping.delete_log("default"),
        lambda service: service.housekeeping.advance(timedelta(days=100)),
    ]
    return changes[rng.integers(len(changes))]


def figures(service: Service) -> list[object]:
    """Return what ``/mock/learning`` and the model say of a loop."""
    loop = service.default.loop
    training = loop.training_status()
    return [
        loop.stats,
        loop.waiting,
        training.trained_events,
        training.version,
        training.modified,
        loop.model(),
        training.next_export,
        service.clock.now(),
        service.log_range("default"),
    ]


def restarted(service: Service, mode: Mode, folder: Path, fresh: Path) -> Service:
    """Return a server on what a kill would leave of another's folder."""
    service.flush()
    shutil.copytree(folder, fresh)
    service.queue.abandon()
    return build_service(settings(fresh, mode))


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("seed", range(6))
def test_a_restart_at_any_moment_changes_no_later_answer(
    tmp_path: Path, mode: Mode, seed: int
) -> None:
    """Repeated event ids, late and early rewards, changed settings and deleted logs included."""
    whole, parts = (build_service(settings(tmp_path / name, mode)) for name in ("whole", "0"))
    steps = random_steps(150, seed)
    timestamps = np.random.default_rng(seed).choice(len(steps), 3, replace=False)
    kept = 0
    for number, step in enumerate(steps):
        if number in timestamps:
            folder, kept = tmp_path / str(kept), kept + 1
            parts = restarted(parts, mode, folder, tmp_path / str(kept))
        assert step(whole) == step(parts), number
        assert figures(whole)[:5] == figures(parts)[:5], number

    assert figures(whole) == figures(parts)
    whole.close()
    parts.close()


def test_a_reward_after_a_restart_joins_what_it_would_have_joined(tmp_path: Path) -> None:
    """Of two decisions of one id the later has settled: what comes then is too late."""
    service = build_service(settings(tmp_path / "a", Mode.QUICK))
    for _ in range(2):
        service.default.loop.rank(RankRequest("same", "[]", ACTIONS))
    service.default.loop.reward("same", 1.0)
    service = restarted(service, Mode.QUICK, tmp_path / "a", tmp_path / "b")

    service.default.loop.reward("same", 1.0)

    loop = service.default.loop
    assert (loop.stats.late, loop.waiting, loop.training_status().trained_events) == (1, 1, 1)
    service.close()


def test_deleted_logs_leave_the_model_and_the_counts_to_a_restart(tmp_path: Path) -> None:
    """What was learned since the models were last kept is not lost with what taught it."""
    service = build_service(settings(tmp_path / "a", Mode.QUICK))
    for number in range(20):
        service.default.loop.rank(RankRequest(f"e{number}", "[]", ACTIONS))
        service.default.loop.reward(f"e{number}", 1.0)
    service.housekeeping.delete_log("default")
    before = figures(service)

    service = restarted(service, Mode.QUICK, tmp_path / "a", tmp_path / "b")

    assert figures(service) == before
    assert service.default.loop.stats.decisions == 20
    service.close()
