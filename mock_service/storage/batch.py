"""Statements to commit together, and who waits for that."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mock_service.errors import StorageFailed

Parameters = Sequence[Any] | Mapping[str, Any]
Statement = tuple[str, Parameters]
Waiter = asyncio.Future[None]
PROBE: list[Statement] = [
    ("INSERT INTO settings VALUES ('probe', hex(zeroblob(?)))", (65536,)),
    ("DELETE FROM settings WHERE name = 'probe'", ()),
]
"""What shows whether the disk takes anything."""


@dataclass(slots=True)
class Batch:
    """Statements to commit together, and who waits for that."""

    statements: list[Statement] = field(default_factory=list)
    waiters: list[Waiter] = field(default_factory=list)


def commit(
    connection: sqlite3.Connection, statements: Iterable[Statement], *, only_execute: bool
) -> None:
    """Commit statements, all or none; or only execute them, where a transaction has begun."""
    try:
        if not only_execute:
            connection.execute("BEGIN IMMEDIATE")
        for sql, parameters in statements:
            connection.execute(sql, parameters)
        if not only_execute:
            connection.execute("COMMIT")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def finish(connection: sqlite3.Connection, sync: Callable[[], None]) -> None:
    """Commit the transaction that has begun, and bring it to the disk.

    Raises:
        StorageFailed: nothing of it is kept.
    """
    try:
        connection.execute("COMMIT")
        sync()
    except (sqlite3.Error, OSError) as error:
        raise StorageFailed(str(error)) from error


def tell(waiters: Iterable[Waiter]) -> None:
    """Tell those who wait that all is safe."""
    for waiter in waiters:
        if not waiter.done():  # who waited may have gone
            waiter.set_result(None)


def refuse(waiters: Iterable[Waiter], problem: StorageFailed) -> None:
    """Tell each of those who wait of a problem of its own, such as `problem`."""
    for waiter in waiters:
        if not waiter.done():
            waiter.set_exception(type(problem)(problem.reason))
