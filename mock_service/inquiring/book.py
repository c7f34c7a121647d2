"""All inquiries of a server's loops, as they are kept."""

from dataclasses import dataclass
from datetime import datetime

from mock_service.evaluation.inquiry import (
    Findings,
    Inquiry,
    Kind,
    Status,
    findings_of,
    findings_text,
    inquiry_of,
    inquiry_text,
)
from mock_service.storage.codec import to_moment, to_number
from mock_service.storage.inquiries_file import (
    KeptInquiry,
    add_inquiry,
    conclude_inquiry,
    count_inquiries,
    is_kept,
    keep_latest_automatic,
    kept_inquiries,
    kept_inquiry,
    latest_automatic,
    next_running,
    remove_inquiry,
)
from mock_service.storage.ledger import Ledger
from mock_service.storage.log import count_between
from mock_service.storage.retention import log_range

MOST_AUTOMATIC = 24
"""How many automatic optimizations are kept, as by the service."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An inquiry, how far it is, and the text of what was found, which may be long."""

    sequence: int
    loop: int
    inquiry: Inquiry
    status: Status
    found: str = ""

    @property
    def findings(self) -> Findings:
        """What was found; nothing while it is being looked for."""
        return findings_of(self.found)


class Book:
    """Inquiries by loop, kind and id."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def add(self, loop: int, inquiry: Inquiry, status: Status = Status.RUNNING) -> Entry:
        """Keep a new inquiry; it is answered once it is committed."""
        text, created = inquiry_text(inquiry), to_number(inquiry.created)
        automatic = inquiry.automatic
        row = KeptInquiry(
            0, loop, inquiry.kind, inquiry.id, created, automatic, text, status.value, ""
        )
        add_inquiry(self.ledger, row)
        if automatic:
            keep_latest_automatic(self.ledger, loop, MOST_AUTOMATIC)
        return Entry(0, loop, inquiry, status)

    def find(self, loop: int, kind: Kind, id_: str) -> Entry | None:
        """Return an inquiry, if there is such."""
        row = kept_inquiry(self.ledger, loop, kind, id_)
        return None if row is None else _entry(row)

    def all(self, loop: int, kind: Kind) -> list[Entry]:
        """Return a loop's inquiries of one kind, the latest first."""
        return [_entry(row) for row in kept_inquiries(self.ledger, loop, kind)]

    def count(self, loop: int) -> int:
        """Return how many inquiries a loop has, of all kinds."""
        return count_inquiries(self.ledger, loop)

    def remove(self, loop: int, kind: Kind, id_: str) -> None:
        """Forget an inquiry; if it is being answered, that ends."""
        remove_inquiry(self.ledger, loop, kind, id_)

    def next(self) -> Entry | None:
        """Return what is to be answered next."""
        row = next_running(self.ledger)
        return None if row is None else _entry(row)

    def holds(self, entry: Entry) -> bool:
        """Return whether an inquiry is still wanted."""
        return is_kept(self.ledger, entry.sequence)

    def conclude(self, entry: Entry, status: Status, found: str | Findings) -> None:
        """Keep how an inquiry ended."""
        text = found if isinstance(found, str) else findings_text(found)
        conclude_inquiry(self.ledger, entry.sequence, status.value, text)

    def latest_automatic(self, loop: int) -> datetime | None:
        """Return when a loop was last optimised automatically."""
        created = latest_automatic(self.ledger, loop)
        return None if created is None else to_moment(created)

    def count_events(self, loop: int, start: datetime, end: datetime, most: int) -> int:
        """Return how many settled events were decided in [start, end); it counts up to `most`."""
        return count_between(self.ledger.query, loop, start, end, most)

    def first_event(self, loop: int) -> datetime | None:
        """Return when the first event of a loop's log was decided."""
        found = log_range(self.ledger, loop)
        return None if found is None else found[0]


def _entry(row: KeptInquiry) -> Entry:
    return Entry(row.sequence, row.loop, inquiry_of(row.asked), Status(row.status), row.found)
