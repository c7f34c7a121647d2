"""Reading a write-ahead log as SQLite would at its next start, to tell what it can not give back.

The formats are SQLite's own: https://www.sqlite.org/fileformat2.html#the_write_ahead_log and, for
the index beside it, https://www.sqlite.org/walformat.html#walidxfmt.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_HEADER = 32
_FRAME_HEADER = 24
_MAGIC = 0x377F0682
"""The lowest bit says in which order the bytes are that checksums are made of: 1 is big-endian."""
_FORMAT = 3_007_000
_SALTS = slice(16, 24)
_INDEX_BYTES = 136
_PAGES = (512, 65536)
_WORD_BITS = 0xFFFFFFFF
_Bytes = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
_Words = np.ndarray[tuple[int, int], np.dtype[np.uint32]]
_CHUNK = 1_024
"""Frames read at once: 4 MB."""


@dataclass(frozen=True, slots=True)
class WalIndex:
    """What the index beside the log says of it: how many frames there are, and are in the file.

    ``attempted`` frames were about to be moved when it was written last.
    """

    salts: bytes
    frames: int
    moved: int
    attempted: int


@dataclass(frozen=True, slots=True)
class WalContent:
    """What a log holds: its ``size`` in bytes, and ``frames`` that SQLite will read.

    ``stray`` frames follow the first one that is damaged, and ``stray_commits`` of them end a
    transaction. ``salts`` are empty where the log's head is no head.
    """

    size: int
    salts: bytes = b""
    frames: int = 0
    stray: int = 0
    stray_commits: int = 0


def read_wal(path: Path) -> WalContent:
    """Return what the log at `path` holds; a missing one holds nothing.

    Raises:
        OSError: it cannot be read.
    """
    if not path.is_file():
        return WalContent(0)
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEADER)
        layout = _Layout.of(head)
        if layout is None:
            return WalContent(size)
        chunks = iter(lambda: file.read(layout.frame * _CHUNK), b"")
        return _scan(layout, chunks, size)


def read_index(path: Path) -> WalIndex | None:
    """Return what the index at `path` says; None where there is none, or one that says nothing.

    Raises:
        OSError: it cannot be read.
    """
    if not path.is_file():
        return None
    with path.open("rb") as file:
        raw = file.read(_INDEX_BYTES)
    if len(raw) < _INDEX_BYTES or raw[:48] != raw[48:96] or not raw[12]:
        return None
    words = struct.unpack("=34I", raw)
    sums = _checksum(np.frombuffer(raw[:40], "=u4").reshape(1, -1))
    if words[0] != _FORMAT or _chain((0, 0), sums[0], _power(5)) != words[10:12]:
        return None
    return WalIndex(raw[32:40], frames=words[4], moved=words[24], attempted=words[32])


@dataclass(frozen=True, slots=True)
class _Layout:
    """A log's page size, the byte order of its checksums, its salts, and where its chain begins."""

    page: int
    words: str
    salts: bytes
    sums: tuple[int, int]

    @property
    def frame(self) -> int:
        """How many bytes a page takes with its head."""
        return self.page + _FRAME_HEADER

    @classmethod
    def of(cls, head: bytes) -> "_Layout | None":
        """Return the layout that a log's head tells; None where that is damaged."""
        if len(head) < _HEADER:
            return None
        magic, version, page, _, _, _, *said = struct.unpack(">8I", head)
        words = ">u4" if magic & 1 else "<u4"
        sums = _checksum(np.frombuffer(head[:24], words).reshape(1, -1))
        found = _chain((0, 0), sums[0], _power(3))
        sound = magic | 1 == _MAGIC | 1 and version == _FORMAT and found == tuple(said)
        known = _PAGES[0] <= page <= _PAGES[1] and page & (page - 1) == 0
        return cls(page, words, head[_SALTS], found) if sound and known else None


def _scan(layout: _Layout, chunks: Iterator[bytes], size: int) -> WalContent:
    """Follow the chain of checksums to its first fault, and count what comes after that."""
    step = _power((layout.page + 8) // 8)
    sums, read, committed, stray, stray_commits = layout.sums, 0, 0, 0, 0
    whole = True
    for chunk in chunks:
        count = len(chunk) // layout.frame
        rows = np.frombuffer(chunk[: count * layout.frame], "u1").reshape(count, layout.frame)
        heads = np.ascontiguousarray(rows[:, :_FRAME_HEADER]).view(">u4")
        same = (rows[:, 8:16] == np.frombuffer(layout.salts, "u1")).all(axis=1)
        if not same.any():
            break  # what an earlier round of the log has left, or nothing yet
        parts = _checksum(_checksum_input(rows).view(layout.words)) if whole else None
        for index in range(count):
            page, pages, _, _, first, second = map(int, heads[index])
            if whole and same[index] and page and parts is not None:
                following = _chain(sums, parts[index], step)
                if following == (first, second):
                    sums, read = following, read + 1
                    committed = read if pages else committed
                    continue
            whole = False
            stray += bool(same[index])
            stray_commits += bool(same[index] and pages)
    return WalContent(size, layout.salts, committed, stray, stray_commits)


def _checksum_input(rows: _Bytes) -> _Bytes:
    """Return the bytes that a frame's checksum is made of: half of its head, and its page."""
    return np.ascontiguousarray(np.concatenate([rows[:, :8], rows[:, _FRAME_HEADER:]], axis=1))


def _checksum(words: _Words) -> list[tuple[int, int]]:
    """Return the checksum of each row of words, begun at zero.

    SQLite's checksum is linear: each pair (x, y) makes (a + x + b, b + y + a + x + b) of (a, b). So
    every word counts as often as a Fibonacci number says, modulo 2^32, in which numpy multiplies.
    """
    weights = _weights(words.shape[1] // 2)
    native = words.astype(np.uint32)
    return [(int(a), int(b)) for a, b in native @ weights]


def _weights(steps: int) -> _Words:
    """Return what each word of `steps` pairs adds to both sums."""
    table = np.empty((2 * steps, 2), np.uint32)
    power = (1, 0, 0, 1)
    for step in range(steps - 1, -1, -1):
        a, b, c, d = power
        table[2 * step] = (a + b) & _WORD_BITS, (c + d) & _WORD_BITS
        table[2 * step + 1] = b, d
        power = _times(power, (1, 1, 1, 2))
    return table


def _power(steps: int) -> tuple[int, int, int, int]:
    """Return what `steps` pairs of zeros make of both sums, as a matrix."""
    power = (1, 0, 0, 1)
    for _ in range(steps):
        power = _times(power, (1, 1, 1, 2))
    return power


def _times(
    left: tuple[int, int, int, int], right: tuple[int, int, int, int]
) -> tuple[int, int, int, int]:
    a, b, c, d = left
    e, f, g, h = right
    return (
        (a * e + b * g) & _WORD_BITS,
        (a * f + b * h) & _WORD_BITS,
        (c * e + d * g) & _WORD_BITS,
        (c * f + d * h) & _WORD_BITS,
    )


def _chain(
    sums: tuple[int, int], part: tuple[int, int], power: tuple[int, int, int, int]
) -> tuple[int, int]:
    """Return the sums after a part that comes to `part` by itself."""
    a, b, c, d = power
    first = a * sums[0] + b * sums[1] + part[0]
    second = c * sums[0] + d * sums[1] + part[1]
    return first & _WORD_BITS, second & _WORD_BITS
