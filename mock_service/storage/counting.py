"""Counting what happened to a loop: what its log still holds, and what it held before."""

from dataclasses import asdict

from pydantic import TypeAdapter

from mock_service.loop.loop_stats import RECENT, LoopStats
from mock_service.loop.slots import page_event_id
from mock_service.storage.batch import Statement
from mock_service.storage.commit_queue import CommitQueue

_COUNTS = TypeAdapter(LoopStats)
_FIRST_SEQUENCE = """(SELECT coalesce(max(sequence), 0) FROM (SELECT sequence FROM observations
    WHERE loop = :loop ORDER BY sequence LIMIT :observations))"""
_KEEP = """REPLACE INTO forgotten SELECT :loop, :at,
    max(coalesce((SELECT max(number) FROM events WHERE loop = :loop), 0),
        coalesce((SELECT number FROM forgotten WHERE loop = :loop), 0)),
    max(coalesce((SELECT max(settled) FROM events WHERE loop = :loop AND settled IS NOT NULL), 0),
        coalesce((SELECT settled FROM forgotten WHERE loop = :loop), 0)),
    max(coalesce((SELECT max(id) FROM texts WHERE loop = :loop), 0),
        coalesce((SELECT text FROM forgotten WHERE loop = :loop), 0)),
    0, :counts"""
_REMAIN = """UPDATE forgotten SET observations =
    (SELECT count(*) FROM observations WHERE loop = :loop) WHERE loop = :loop"""


def counts(queue: CommitQueue, loop: int) -> LoopStats:
    """Return the counts of a loop's life: those of its log, after those kept when it was cut."""
    row = queue.query(
        "SELECT number, settled, observations, counts FROM forgotten WHERE loop = ?", (loop,)
    ).fetchone()
    number, settled, observations, text = row or (0, 0, 0, "{}")
    found = parse_counts(text)
    after = {"loop": loop, "number": number, "settled": settled, "observations": observations}
    decisions, not_activated, learned, rewarded = queue.query(
        """SELECT count(*) FILTER (WHERE number > :number),
            count(*) FILTER (WHERE settled > :settled AND lesson IS NULL AND NOT activated),
            count(lesson) FILTER (WHERE settled > :settled),
            count(*) FILTER (WHERE settled > :settled AND lesson IS NOT NULL AND EXISTS
                (SELECT 1 FROM observations WHERE loop = e.loop AND number = e.number
                    AND reward IS NOT NULL))
            FROM events AS e WHERE loop = :loop""",
        after,
    ).fetchone()
    rewards, activations, late = queue.query(
        f"""SELECT count(reward), count(*) FILTER (WHERE reward IS NULL AND
            substr(event_id, -2) <> :page), count(*) FILTER
            (WHERE late) FROM observations WHERE loop = :loop AND sequence > {_FIRST_SEQUENCE}""",
        after | {"page": page_event_id("")},
    ).fetchone()
    found.decisions += decisions
    found.rewards += rewards
    found.activations += activations
    found.late += late
    found.rewarded += rewarded
    found.defaulted += learned - rewarded
    found.not_activated += not_activated
    found.recent.extend(_recent(queue, loop, settled))
    return found


def keep_counts(loop: int, at: int, found: LoopStats) -> tuple[Statement, Statement]:
    """Return what keeps a loop's counts and numbering: before its log is cut, and afterwards."""
    text = _COUNTS.dump_json(found).decode()
    return (_KEEP, {"loop": loop, "at": at, "counts": text}), (_REMAIN, {"loop": loop})


def parse_counts(text: str) -> LoopStats:
    """Return the counts in a JSON text; those that are left out are zero.

    Raises:
        ValueError: it holds no counts.
    """
    found = _COUNTS.validate_json(text)
    whole = LoopStats()  # whose deque has its length
    for name, value in asdict(found).items():
        if name != "recent":
            setattr(whole, name, value)
    whole.recent.extend(found.recent)
    return whole


def _recent(queue: CommitQueue, loop: int, settled: int) -> list[float]:
    """Return the joined rewards of the events that settled last, in their order."""
    rows = queue.query(
        """SELECT joined FROM events WHERE loop = ? AND settled IS NOT NULL AND settled > ?
            AND lesson IS NOT NULL ORDER BY settled DESC LIMIT ?""",
        (loop, settled, RECENT),
    ).fetchall()
    return [joined for (joined,) in reversed(rows)]
