"""Files that are called logs: each ends in lines, or in one that says what is wrong."""

import gzip
import os
from pathlib import Path
from threading import Thread

import pytest
from numpy.random import Generator, default_rng

from mock_service.dsjson.files import log_lines
from mock_service.errors import LogUnusable

_LINES = b'{"EventId":"e"}\n' * 1000


def _damaged(content: bytes, rng: Generator) -> bytes:
    index = int(rng.integers(10, len(content) - 8))
    return content[:index] + rng.bytes(6) + content[index + 6 :]


def test_damaged_compressed_files_are_unusable(tmp_path: Path) -> None:
    """Wherever the damage is: the library has an error of its own for each place."""
    path = tmp_path / "log.dsjson.gz"
    whole = gzip.compress(default_rng(1).bytes(500).hex().encode() + b"\n" + _LINES)
    for seed in range(60):
        path.write_bytes(_damaged(whole, default_rng(seed)))
        with pytest.raises(LogUnusable, match="cannot read the log"):
            list(log_lines(path))


def test_a_line_that_does_not_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    """A small file that unpacks to a large one, and a device that gives zeros for ever."""
    bomb = tmp_path / "bomb.dsjson.gz"
    with gzip.open(bomb, "wb", compresslevel=1) as file:
        for _ in range(80):
            file.write(bytes(2**20))

    for path in (bomb, Path("/dev/zero")):
        with pytest.raises(LogUnusable, match=r"line 1 is longer than 67,108,864 bytes"):
            list(log_lines(path))


def test_only_files_of_a_folder_are_read(tmp_path: Path) -> None:
    """A pipe that nobody writes to would never end."""
    (tmp_path / "a.dsjson").mkdir()
    (tmp_path / "b.dsjson").write_bytes(_LINES)

    assert len(list(log_lines(tmp_path))) == 1000


def test_how_far_a_log_is_goes_by_the_bytes_of_all_its_files(tmp_path: Path) -> None:
    """Packed ones count as they lie on the disk; each look is further than the one before."""
    packed, plain = tmp_path / "a.dsjson.gz", tmp_path / "b.dsjson"
    numbered = b"".join(b'{"EventId":"%d"}\n' % number for number in range(20_000))
    packed.write_bytes(gzip.compress(numbered))
    plain.write_bytes(numbered)
    looks: list[tuple[int, int]] = []

    lines = list(log_lines(tmp_path, lambda read, total: looks.append((read, total))))

    total = packed.stat().st_size + plain.stat().st_size
    reads = [read for read, _ in looks]
    assert len(lines) == 40_000
    assert {of for _, of in looks} == {total}
    assert reads == sorted(reads)
    assert reads[-1] > total - 10_000


def test_a_pipe_has_no_end_to_show(tmp_path: Path) -> None:
    """Its lines come all the same."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_bytes, args=(_LINES,))
    writer.start()
    looks: list[tuple[int, int]] = []

    lines = list(log_lines(pipe, lambda read, total: looks.append((read, total))))
    writer.join()

    assert (len(lines), looks) == (1000, [])
