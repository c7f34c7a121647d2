"""What came before its decision, or too late, means the same after a restart."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from mock_service.build import build_service
from mock_service.errors import ApiError
from mock_service.hosting.service import Service
from mock_service.limits import Limits
from mock_service.loop.configuration import Configuration, LearningMode, Mode
from mock_service.loop.decision import RankRequest
from mock_service.loop.slots import Slot, SlotsRequest, slot_event_id
from mock_service.settings import LoopSettings, Settings
from tests.helpers.loop_changes import configure
from tests.mock_service.storage.test_recovery import ACTIONS, NOON
from tests.mock_service.storage.test_restarts import figures

PAGES = "--ccb_explore_adf --epsilon 0.2 --cb_type mtr -q ::"
IDS, SLOTS = 4, 3
Step = Callable[[Service], object]


def settings(folder: Path, mode: Mode, policy: str = "", early_bytes: int = 2**20) -> Settings:
    """Return a server's settings on a manual clock, with little room for early observations."""
    loop = LoopSettings(mode, policy, configuration=Configuration(auto_optimization=False))
    return Settings(
        loop=loop,
        data_folder=folder,
        manual_clock_from=NOON,
        limits=Limits(early_bytes=early_bytes),
    )


def page_step(rng: np.random.Generator) -> Step:
    """Return what a client of pages may do: few ids, other slots each time, all of it early too."""
    page, slot = f"p{rng.integers(IDS)}", f"s{rng.integers(SLOTS)}"
    first = int(rng.integers(SLOTS))
    slots = tuple(Slot(f"s{n}", "[]", ACTIONS[n].id) for n in range(first, SLOTS))
    request = SlotsRequest(page, "[]", ACTIONS, slots, deferred=bool(rng.integers(2)))
    value, seconds = (
        float(rng.integers(3)) / 2,
        float(rng.choice([1.0, 50, 119, 121, 400])),
    )
    steps: tuple[Step, ...] = (
        lambda service: service.default.loop.rank_slots(request),
        lambda service: service.default.loop.activate_slots(page),
        lambda service: service.default.loop.reward(slot_event_id(page, slot), value),
        lambda service: service.housekeeping.advance(timedelta(seconds=seconds)),
    )
    return steps[rng.choice(4, p=[0.3, 0.25, 0.25, 0.2])]


def event_step(rng: np.random.Generator) -> Step:
    """Return what a client may do whose events are few, and whose learning mode changes."""
    id_, value = f"e{rng.integers(IDS)}", float(rng.integers(3)) / 2
    request = RankRequest(id_, "[]", ACTIONS, deferred=bool(rng.integers(2)))
    mode = list(LearningMode)[rng.integers(len(LearningMode))]
    changed = Configuration(learning_mode=mode, reward_aggregation="sum", auto_optimization=False)
    seconds = float(rng.choice([1.0, 50, 119, 121, 400]))
    steps: tuple[Step, ...] = (
        lambda service: service.default.loop.rank(request),
        lambda service: service.default.loop.activate(id_),
        lambda service: service.default.loop.reward(id_, value),
        lambda service: service.housekeeping.advance(timedelta(seconds=seconds)),
        lambda service: configure(service.default.loop, changed),
    )
    return steps[rng.choice(5, p=[0.3, 0.25, 0.25, 0.18, 0.02])]


def answer(step: Step, service: Service) -> object:
    """Return what a step answers, a refusal included."""
    try:
        return step(service)
    except ApiError as refused:
        return str(refused)


def compare(tmp_path: Path, made: Settings, steps: list[Step], every: int) -> None:
    """Let two servers take the same steps, one of which is started again so often.

    The file of a multi-slot model also holds how often Vowpal Wabbit has drawn, so it may differ.
    """
    folders = [tmp_path / name for name in ("whole", "parts")]
    both = [
        Settings(loop=made.loop, data_folder=folder, manual_clock_from=NOON, limits=made.limits)
        for folder in folders
    ]
    whole, parts = map(build_service, both)
    for number, step in enumerate(steps):
        if number % every == every - 1:
            parts.queue.flush()
            parts.queue.abandon()
            parts = build_service(both[1])
        assert answer(step, whole) == answer(step, parts), number
        assert figures(whole)[:5] == figures(parts)[:5], number

    assert figures(whole)[6:] == figures(parts)[6:]
    whole.close()
    parts.close()


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("seed", range(2))
def test_pages_and_their_activations_outlive_a_restart(
    tmp_path: Path, mode: Mode, seed: int
) -> None:
    """An activation may come before its page, and a page may come again with other slots."""
    rng = np.random.default_rng(seed)
    steps = [page_step(rng) for _ in range(120)]

    compare(tmp_path, settings(tmp_path, mode, PAGES), steps, every=23)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("seed", range(2))
def test_early_and_late_ones_outlive_a_restart_where_there_is_no_room(
    tmp_path: Path, mode: Mode, seed: int
) -> None:
    """What found no room, or has joined a decision already, joins no other after a restart."""
    rng = np.random.default_rng(seed)
    steps = [event_step(rng) for _ in range(150)]

    compare(tmp_path, settings(tmp_path, mode, early_bytes=4_500), steps, every=23)


def test_an_activation_that_has_joined_a_decision_joins_no_other(tmp_path: Path) -> None:
    """Not even where that decision needed none."""
    service = build_service(settings(tmp_path, Mode.AZURE))
    service.default.loop.activate("e")
    service.default.loop.rank(RankRequest("e", "[]", ACTIONS))
    service.flush()
    service.queue.abandon()
    service = build_service(settings(tmp_path, Mode.AZURE))

    service.default.loop.rank(RankRequest("e", "[]", ACTIONS, deferred=True))
    service.housekeeping.advance(timedelta(hours=1))

    assert service.default.loop.stats.not_activated == 1
    service.close()
