"""The tables, and how older files become like them."""

import sqlite3

from mock_service.errors import DataUnusable

VERSION = 3
"""Kept in the file as its ``user_version``; 0 is an empty file."""

_FIRST = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE loops (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    key1 TEXT NOT NULL,
    key2 TEXT NOT NULL
) STRICT;

CREATE TABLE models (
    loop INTEGER PRIMARY KEY,
    training BLOB NOT NULL,
    published BLOB NOT NULL,
    lessons INTEGER NOT NULL,
    published_lessons INTEGER NOT NULL,
    version INTEGER NOT NULL,
    modified INTEGER NOT NULL
) STRICT;

CREATE TABLE texts (
    loop INTEGER NOT NULL,
    id INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (loop, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    loop INTEGER NOT NULL,
    number INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    context TEXT NOT NULL,
    actions INTEGER NOT NULL,
    answer TEXT NOT NULL,
    deferred INTEGER NOT NULL,
    learning_mode TEXT NOT NULL,
    model INTEGER NOT NULL,
    settled INTEGER,
    settled_at INTEGER,
    activated INTEGER,
    lesson INTEGER,
    reward REAL,
    joined REAL,
    PRIMARY KEY (loop, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_by_id ON events (loop, event_id);
CREATE INDEX events_waiting ON events (loop, number) WHERE settled IS NULL;
CREATE INDEX events_settled ON events (loop, settled) WHERE settled IS NOT NULL;

CREATE TABLE observations (
    sequence INTEGER PRIMARY KEY,
    loop INTEGER NOT NULL,
    number INTEGER,
    event_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    reward REAL
) STRICT;
CREATE INDEX observations_joined ON observations (loop, number) WHERE number IS NOT NULL;
CREATE INDEX observations_unjoined ON observations (loop, event_id) WHERE number IS NULL;
"""

_INQUIRIES = """
CREATE TABLE inquiries (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    loop INTEGER NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    automatic INTEGER NOT NULL,
    asked TEXT NOT NULL,
    status TEXT NOT NULL,
    found TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX inquiries_by_id ON inquiries (loop, kind, id);
CREATE INDEX inquiries_running ON inquiries (sequence) WHERE status = 'running';
"""

_RESTARTS = """
ALTER TABLE loops ADD COLUMN place INTEGER;
ALTER TABLE events ADD COLUMN superseded INTEGER NOT NULL DEFAULT 0;
ALTER TABLE observations ADD COLUMN late INTEGER NOT NULL DEFAULT 0;
UPDATE observations SET late = 1 WHERE number IS NULL AND EXISTS (SELECT 1 FROM events
    WHERE loop = observations.loop AND event_id = observations.event_id AND at <= observations.at);
UPDATE events SET superseded = 1 WHERE settled IS NULL AND EXISTS (SELECT 1 FROM events AS newer
    WHERE newer.loop = events.loop AND newer.event_id = events.event_id
        AND newer.number > events.number);

CREATE TABLE forgotten (
    loop INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    number INTEGER NOT NULL,
    settled INTEGER NOT NULL,
    text INTEGER NOT NULL,
    observations INTEGER NOT NULL,
    counts TEXT NOT NULL
) STRICT;

CREATE TABLE looks (loop INTEGER PRIMARY KEY, due INTEGER NOT NULL) STRICT;

CREATE TABLE uncertain (
    id INTEGER PRIMARY KEY,
    loop INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    reward REAL
) STRICT;
"""
"""What a restart has to know so that it changes nothing.

``index`` is where a loop stands in a list when its number is no longer the first it had;
``superseded`` marks a waiting event whose id a later one has taken; ``late`` an observation that
came for a settled event. ``forgotten`` keeps a loop's numbering and counts as they were when its
log was last let go of, and how many observations were left then; ``looks`` the last moment at which
an automatic optimization was due; ``uncertain`` the observations that were answered with "it is
not known whether this was kept".
"""

_STEPS = (_FIRST, _INQUIRIES, _RESTARTS)
"""What leads from each version to the next, from an empty file on."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring an empty or older file to this version's tables, all or nothing.

    Raises:
        DataUnusable: the file is of a later version than this.
    """
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found > VERSION:
        raise DataUnusable(
            f"the data is of version {found}, and this program reads up to {VERSION}: "
            "use the program that wrote it, or another --data-dir"
        )
    if script := "".join(_STEPS[found:]):
        connection.executescript(f"BEGIN; {script} PRAGMA user_version = {VERSION}; COMMIT;")
