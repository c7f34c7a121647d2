"""Writing for a server that keeps nothing: what is in memory is safe for as long as it lives."""

import asyncio
import sqlite3
from contextlib import suppress

from mock_service.errors import StorageFailed
from mock_service.storage.batch import Parameters
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.database import Database


class MemoryQueue(CommitQueue):
    """A queue that no request waits for: those of one moment are committed after their answers."""

    def __init__(self, database: Database) -> None:
        """Collect for a database in memory."""
        super().__init__(database)
        self._is_due = False

    async def wait_committed(self) -> None:
        """Return at once, and commit when the requests that are under way have been answered."""
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._commit_collection)

    def query(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        """Read what was written until now."""
        if self._collecting.statements:
            self.flush()
        return super().query(sql, parameters)

    def _commit_collection(self) -> None:
        self._is_due = False
        with suppress(StorageFailed):  # the next request hears of it
            self.flush()
