"""Going on after an unexpected failure, where no request waits for an answer."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from mock_service.errors import StorageFailed

_LOG = logging.getLogger("mock_service")


class FailureLog:
    """Logs each kind of failure once, and lets the work around it go on."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, type[Exception]]] = set()

    @contextmanager
    def survive(self, work: str) -> Iterator[None]:
        """End the block at whatever fails in it, and say so the first time.

        Raises:
            StorageFailed: those who call are told of it, and memory has been read back.
        """
        try:
            yield
        except StorageFailed:
            raise
        except Exception as error:  # noqa: BLE001 - a border: what is behind it has to go on
            self.report(work, error)

    @contextmanager
    def survive_all(self, work: str) -> Iterator[None]:
        """End the block at whatever fails in it, storage too, and say so the first time."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - a border: what comes after it has to happen
            self.report(work, error)

    def report(self, work: str, error: Exception) -> None:
        """Log, once for each kind, what failed, where, and what to do."""
        kind = (work, type(error))
        if kind in self._seen:
            return
        self._seen.add(kind)
        _LOG.error(
            "%s failed and is tried again; everything else goes on. Restart the server if it "
            "does not recover, and please report this: %s: %s (%s)",
            work,
            type(error).__name__,
            error,
            _find_location(error),
        )


def _find_location(error: Exception) -> str:
    """Return where an error was raised."""
    trace = error.__traceback__
    if trace is None:
        return "nowhere"
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}"
