"""What a process that tries a policy may use.

While untrusted options are first at work no file can be opened or written. Vowpal Wabbit can write
a model into nothing but a file, so that right comes back afterwards, for the trial's own folder:
by then the same options have shown that they need no file.
"""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_MEMORY = 2 << 30
"""Address space in bytes; a model of 24 bits and its working memory fit."""
_LARGEST_FILE = 2 << 30
"""In bytes: a model of 24 bits, written for people to read."""
_OPEN_FILES = 64


def limit_process(seconds: float) -> None:
    """Limit this process's time, memory, files and children for good."""
    _limit(resource.RLIMIT_AS, _MEMORY, _MEMORY)
    _limit(resource.RLIMIT_CPU, int(seconds) + 1, int(seconds) + 2)
    _limit(resource.RLIMIT_CORE, 0, 0)
    _limit(resource.RLIMIT_NPROC, 0, 0)
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES)
    _limit(resource.RLIMIT_FSIZE, _LARGEST_FILE, _LARGEST_FILE)


@contextmanager
def without_files(spare: int) -> Iterator[None]:
    """Write no file, and open at most `spare` more at a time, until the block ends."""
    _limit(resource.RLIMIT_FSIZE, 0, _LARGEST_FILE)
    _limit(resource.RLIMIT_NOFILE, _lowest_free() + spare, _OPEN_FILES)
    try:
        yield
    finally:
        _limit(resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES)
        _limit(resource.RLIMIT_FSIZE, _LARGEST_FILE, _LARGEST_FILE)


def _lowest_free() -> int:
    """Return the number that the next file to be opened gets."""
    free = os.open(os.devnull, os.O_RDONLY)
    os.close(free)
    return free


def _limit(kind: int, soft: int, hard: int) -> None:
    _, most = resource.getrlimit(kind)
    if most != resource.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    with suppress(ValueError, OSError):  # not every system can set every limit
        resource.setrlimit(kind, (soft, hard))
