"""Commits that many share, and the log they are written to first."""

import asyncio
import json
from pathlib import Path

import pytest

from mock_service.build import build_service
from mock_service.hosting.service import Service
from mock_service.loop.decision import Action, RankRequest
from mock_service.settings import Settings
from mock_service.storage.database import FILE, LOG_BYTES

ACTIONS = (Action("a", '[{"x":1}]'), Action("b", '[{"y":1}]'))
CLIENTS = 8
RANKS = 800


def test_the_log_does_not_grow_while_clients_never_pause(tmp_path: Path) -> None:
    """It begins anew whenever it was moved into the file; what it took in all is several logs."""
    service = build_service(Settings(data_folder=tmp_path))

    asyncio.run(_rank_without_a_pause(service))

    assert (tmp_path / f"{FILE}-wal").stat().st_size < 1.1 * LOG_BYTES
    service.close()
    kept = build_service(Settings(data_folder=tmp_path))
    assert kept.default.loop.stats.decisions == CLIENTS * RANKS
    kept.close()


def test_the_log_does_not_grow_with_the_size_of_events(tmp_path: Path) -> None:
    """Each of these takes ten pages, and not one, and all of them three logs."""
    service = build_service(Settings(data_folder=tmp_path))
    context = json.dumps([{"text": "x" * 40_000}])

    asyncio.run(_rank(service, "long", 1200, context))

    assert (tmp_path / f"{FILE}-wal").stat().st_size < 1.1 * LOG_BYTES
    service.close()


def test_there_is_a_log_where_it_cannot_be_made_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk that is nearly full: it grows when it has to."""
    monkeypatch.setattr("os.fsync", _no_room)
    service = build_service(Settings(data_folder=tmp_path))
    monkeypatch.undo()

    asyncio.run(_rank(service, "e", 10))

    assert 0 < (tmp_path / f"{FILE}-wal").stat().st_size < LOG_BYTES
    service.close()


async def _rank_without_a_pause(service: Service) -> None:
    await asyncio.gather(*(_rank(service, f"client-{n}", RANKS) for n in range(CLIENTS)))


async def _rank(service: Service, client: str, count: int, context: str = "[]") -> None:
    """Rank, and rank again as soon as it is safe."""
    for number in range(count):
        service.default.loop.rank(RankRequest(f"{client}-{number}", context, ACTIONS))
        await service.wait_committed()


def _no_room(_: int) -> None:
    raise OSError(28, "No space left on device")
