"""Done, not done, or unknown: three answers, each true, and a retry never counts twice."""

import asyncio
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mock_service.build import build_service
from mock_service.errors import StorageFailed, StorageUncertain
from mock_service.hosting.service import Service
from mock_service.loop.configuration import Configuration
from mock_service.loop.decision import Action, RankRequest
from mock_service.settings import LoopSettings, Settings
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.database import Database, open_in_folder

ACTIONS = (Action("a", '[{"x":1}]'), Action("b", '[{"y":1}]'))
SUM = LoopSettings(configuration=Configuration(reward_aggregation="sum"))


@dataclass(slots=True)
class Disk:
    """Whether a database's commits reach the disk, and whether it takes any."""

    refuses: bool = False
    syncs: int = 0


@dataclass(frozen=True, slots=True)
class FailingDatabase(Database):
    """A database on a disk that refuses on demand what is committed already."""

    disk: Disk = field(default_factory=Disk)

    def sync(self) -> None:
        """Bring what is committed to the disk, if it takes it."""
        self.disk.syncs += 1
        if self.disk.refuses:
            raise OSError(5, "Input/output error")
        Database.sync(self)


def build(folder: Path) -> tuple[Service, Disk]:
    """Return a service whose disk can be told to refuse."""
    build_service(Settings(data_folder=folder, loop=SUM)).close()
    service = build_service(Settings(data_folder=folder, loop=SUM))
    return service, failing(service)


def failing(service: Service) -> Disk:
    """Put a disk that can refuse under the storage of a service."""
    database = service.queue._database  # noqa: SLF001 (a fake for failure has no other way in)
    disk = Disk()
    service.queue._database = FailingDatabase(  # noqa: SLF001 (see above)
        database.writer, database.reader, database.file, database.loss, disk
    )
    service.queue._disk._database = service.queue._database  # noqa: SLF001 (see above)
    return disk


async def tell(service: Service, value: float) -> None:
    """Reward the event as the endpoint does."""
    service.check()
    service.default.loop.reward("e", value)
    await service.wait_committed()


def answer(service: Service, value: float) -> str:
    """Return what a client is answered to a reward."""
    try:
        asyncio.run(tell(service, value))
    except StorageUncertain as problem:
        return "unknown" if "not known" in problem.message else problem.message
    except StorageFailed as problem:
        return "not done" if "Nothing was changed" in problem.message else problem.message
    return "done"


def kept(service: Service) -> list[float]:
    """Return the rewards that are kept."""
    service.flush()
    return [row[0] for row in service.queue.query("SELECT reward FROM observations")]


def again(folder: Path, fresh: Path, service: Service) -> Service:
    """Return a service on what a kill leaves of the other's folder."""
    shutil.copytree(folder, fresh)
    service.queue.abandon()
    return build_service(Settings(data_folder=fresh, loop=SUM))


@pytest.mark.parametrize("restart", [False, True])
def test_a_reward_of_unknown_fate_counts_once_however_often_it_is_sent(
    tmp_path: Path, *, restart: bool
) -> None:
    """Each unknown answer absorbs one retry; the next one is a reward of its own."""
    service, disk = build(tmp_path / "a")
    service.default.loop.rank(RankRequest("e", "[]", ACTIONS))
    assert answer(service, 0.25) == "done"
    disk.refuses = True
    first = answer(service, 0.25)
    refused = answer(service, 0.25)
    disk.refuses = False
    if restart:
        service = again(tmp_path / "a", tmp_path / "b", service)
    retry, another = answer(service, 0.25), answer(service, 0.25)

    assert [first, refused, retry, another] == ["unknown", "not done", "done", "done"]
    assert kept(service) == [0.25, 0.25, 0.25]
    assert service.default.loop.stats.rewards == 3
    service.close()


def test_a_retry_of_unknown_fate_absorbs_the_next_one(tmp_path: Path) -> None:
    """The disk recovers only in part: the retry's own answer is unknown, too."""
    service, disk = build(tmp_path)
    service.default.loop.rank(RankRequest("e", "[]", ACTIONS))
    service.flush()
    answers = []
    for refuses in (True, False):
        disk.refuses = refuses
        answers.append(answer(service, 0.5))
    service.default.loop.reward("e", 0.75)
    disk.refuses = True
    with pytest.raises(StorageUncertain):
        service.flush()
    disk.refuses = False
    answers += [answer(service, 0.75), answer(service, 0.5)]

    assert answers == ["unknown", "done", "done", "done"]
    assert kept(service) == [0.5, 0.75, 0.5]
    service.close()


def test_another_reward_than_the_unknown_one_counts(tmp_path: Path) -> None:
    """Only the same value is a retry."""
    service, disk = build(tmp_path)
    service.default.loop.rank(RankRequest("e", "[]", ACTIONS))
    service.flush()
    disk.refuses = True
    answer(service, 0.25)
    disk.refuses = False

    answer(service, 0.5)

    assert kept(service) == [0.25, 0.5]
    service.close()


@pytest.mark.parametrize("waits", [1, 5])
def test_all_who_wait_for_a_refused_sync_are_told_the_same(tmp_path: Path, waits: int) -> None:
    """And what they did is there, once, as it was read back."""
    service, disk = build(tmp_path)
    for number in range(waits):
        service.default.loop.rank(RankRequest(f"e{number}", "[]", ACTIONS))
    service.flush()
    disk.refuses = True

    async def all_at_once() -> list[BaseException | None]:
        return await asyncio.gather(
            *(_one(service, n) for n in range(waits)), return_exceptions=True
        )

    told = asyncio.run(all_at_once())

    disk.refuses = False
    service.check()
    assert [type(one) for one in told] == [StorageUncertain] * waits
    assert service.default.loop.stats.rewards == waits
    service.close()


async def _one(service: Service, number: int) -> None:
    service.default.loop.reward(f"e{number}", 1.0)
    await service.wait_committed()


def test_what_cannot_be_read_back_is_read_before_anything_else_happens(tmp_path: Path) -> None:
    """Memory that is ahead of the disk answers nobody."""
    queue = CommitQueue(open_in_folder(tmp_path))
    tries: list[int] = []

    def read_back() -> None:
        tries.append(len(tries))
        if len(tries) < 3:
            raise OSError(24, "Too many open files")

    queue.on_failure = read_back
    queue.write("INSERT INTO nowhere VALUES (1)", ())
    with pytest.raises(StorageFailed, match="Nothing was changed"):
        queue.flush()
    with pytest.raises(StorageFailed, match="cannot be read back"):
        queue.check()

    queue.check()
    queue.check()

    assert tries == [0, 1, 2]
    queue.close()


def test_an_uncertain_answer_says_so() -> None:
    """It differs from the one that says nothing was changed, and keeps the service's shape."""
    uncertain = StorageUncertain("Input/output error")

    assert (uncertain.status, uncertain.code) == (500, "InternalServerError")
    assert "Nothing was changed" not in uncertain.message
    assert "does not count twice" in uncertain.message
