"""Where logs lie: a file, a compressed one, or a folder of either, as Azure mirrored them."""

import gzip
from collections.abc import Iterator
from pathlib import Path

from mock_service.errors import LogUnusable

_ENDINGS = (".json", ".jsonl", ".dsjson", ".json.gz", ".jsonl.gz", ".dsjson.gz")


def log_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a log; a folder's files follow each other by name, as dates do there.

    Raises:
        LogUnusable: the path cannot be read, or is a folder without a log.
    """
    files = _files(path)
    try:
        for file in files:
            with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
                yield from lines
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LogUnusable(f"cannot read the log {path}: {reason}") from error


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.name.endswith(_ENDINGS))
    if not found:
        raise LogUnusable(f"the folder {path} holds no log: expected {', '.join(_ENDINGS[:3])}")
    return found
