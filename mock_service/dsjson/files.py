"""Where logs lie: a file, a compressed one, or a folder of either, as Azure mirrored them."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from io import BufferedIOBase
from pathlib import Path
from typing import IO

from mock_service.errors import LogUnusable

_ENDINGS = (".json", ".jsonl", ".dsjson", ".json.gz", ".jsonl.gz", ".dsjson.gz")

_MAX_LINE_BYTES = 64 * 2**20
"""Many times what a server writes for its largest page of slots."""

_LINES_BETWEEN = 200
"""Between calls that say how far a log is."""


def log_lines(
    path: Path, show: Callable[[int, int], None] = lambda _read, _total: None
) -> Iterator[bytes]:
    """Yield the lines of a log; a folder's files follow each other by name, as dates do there.

    Now and then `show` is called with how many bytes of the files were read, and how many there
    are; not for a pipe, which has no end.

    Raises:
        LogUnusable: the path cannot be read, is a folder without a log, or holds a line without
            end.
    """
    files = _files(path)
    total, before = sum(map(_count_bytes, files)), 0
    for file in files:
        try:
            with file.open("rb") as raw, _unpack(raw, file) as content:
                for index, line in enumerate(bounded_lines(content, file)):
                    if total and index % _LINES_BETWEEN == 0:
                        show(before + raw.tell(), total)
                    yield line
        except (OSError, EOFError, zlib.error) as error:
            reason = getattr(error, "strerror", None) or error
            raise LogUnusable(f"cannot read the log {file}: {reason}") from error
        before += _count_bytes(file)


def _count_bytes(file: Path) -> int:
    """Return how long a file is; 0 for a pipe, and for what is not there."""
    try:
        return file.stat().st_size if file.is_file() else 0
    except OSError:  # reading the file says why
        return 0


def _unpack(raw: IO[bytes], file: Path) -> IO[bytes] | gzip.GzipFile:
    return gzip.GzipFile(fileobj=raw) if file.suffix == ".gz" else raw


def bounded_lines(content: IO[bytes] | BufferedIOBase, path: Path) -> Iterator[bytes]:
    """Yield the lines of an open file, each of which fits into memory.

    Raises:
        LogUnusable: a line is longer than 64 MiB, as those of a device or of a small file that
            unpacks to a large one.
    """
    number = 0
    while line := content.readline(_MAX_LINE_BYTES):
        number += 1
        if len(line) == _MAX_LINE_BYTES:
            raise LogUnusable(
                f"{path} is no log: line {number} is longer than {_MAX_LINE_BYTES:,} bytes"
            )
        yield line


def _files(path: Path) -> list[Path]:
    """Return a path itself, a pipe too; of a folder only files: a pipe in it may never end."""
    if not path.is_dir():
        return [path]
    found = sorted(
        file for file in path.rglob("*") if file.name.endswith(_ENDINGS) and file.is_file()
    )
    if not found:
        raise LogUnusable(f"the folder {path} holds no log: expected {', '.join(_ENDINGS[:3])}")
    return found
