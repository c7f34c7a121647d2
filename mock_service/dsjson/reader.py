"""The one reader of logs: tolerant, and exact about what it could not use."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from pydantic_core import from_json

from mock_service.dsjson.event import LoggedDecision, LoggedMultiSlot, NotAnEvent
from mock_service.dsjson.fast_line import read_fast
from mock_service.dsjson.fields import Json, as_object, with_usual_names
from mock_service.dsjson.parsing import decision_from, multi_slot_from
from mock_service.dsjson.torn import whole_objects

_KEPT_COMPLAINTS = 5
Event = LoggedDecision | LoggedMultiSlot


class LineKind(StrEnum):
    """What a line of a log turned out to be."""

    DECISION = "decision"
    MULTI_SLOT = "multi-slot"
    SKIPPED = "skipped"
    """An event, of either kind, that is not to be learned from."""
    UNLABELLED = "unlabelled"
    """A decision without what came of it."""
    REPEATED = "repeated"
    """An event whose id and time an earlier line of the log has, too."""
    DANGLING = "dangling"
    """An observation whose decision is not in the log."""
    FOREIGN = "foreign"
    """A line of another making: continuous actions, slates, marks of a checkpoint."""
    DAMAGED = "damaged"
    BLANK = "blank"


class LogReader:
    """The events of a log, once; iterate first, then look at ``counts`` and ``complaints``.

    ``complaints`` holds the first few damaged lines: the line's number and what is wrong.
    """

    def __init__(self, lines: Iterable[str | bytes]) -> None:
        self._lines = lines
        self.counts: dict[LineKind, int] = dict.fromkeys(LineKind, 0)
        self.complaints: list[tuple[int, str]] = []
        self._refused, self._is_known = "", False
        self._seen: set[int] = set()

    def __iter__(self) -> Iterator[Event]:
        """Yield every event, including those to skip, in the order of the log."""
        for index, line in enumerate(self._lines, start=1):
            if _is_mark(line):
                self.counts[LineKind.FOREIGN] += 1
            else:
                yield from self._events(line, index)

    @property
    def events(self) -> int:
        """How many events were read so far, including those to skip."""
        return sum(
            self.counts[kind] for kind in (LineKind.DECISION, LineKind.MULTI_SLOT, LineKind.SKIPPED)
        )

    def describe(self) -> str:
        """Return what the lines read so far were, and what is wrong with the first damaged one."""
        seen = ", ".join(f"{count:,} {kind.value}" for kind, count in self.counts.items() if count)
        first = "".join(f"; line {index}: {problem}" for index, problem in self.complaints[:1])
        return f"{seen or 'no line at all'}{first}"

    def refuse(self, problem: str) -> None:
        """Count the event that was yielded last as damaged after all, for `problem`."""
        self._refused = problem

    def repeat(self) -> None:
        """Count the event that was yielded last as repeated: what it goes to holds it already."""
        self._is_known = True

    def _is_repeated(self, event: Event) -> bool:
        """Return whether an earlier line had this event; one without an id or a time is new."""
        if event.at is None or not event.event_id:
            return False
        before = len(self._seen)
        self._seen.add(hash((event.event_id, event.at)))
        self._is_known = len(self._seen) == before
        return self._is_known

    def _events(self, line: str | bytes, index: int) -> Iterator[Event]:
        fast = read_fast(line)
        objects, problem = _parse(line) if fast is None else ([fast], "")
        for found in objects:
            try:
                event, kind = _classify(found)
            except (NotAnEvent, RecursionError, ValueError) as wrong:  # of numbers without end
                problem = problem or str(wrong)
                continue
            if event is not None:
                if not self._is_repeated(event):
                    yield event
                if self._is_known:
                    kind, self._is_known = LineKind.REPEATED, False
                if self._refused:
                    problem, self._refused = problem or self._refused, ""
                    continue
            if event is not None or not problem:  # remains of a torn line are part of the damage
                self.counts[kind] += 1
        if problem:
            self._complain(index, problem)
        elif not objects:
            self.counts[LineKind.BLANK] += 1

    def _complain(self, index: int, problem: str) -> None:
        self.counts[LineKind.DAMAGED] += 1
        if len(self.complaints) < _KEPT_COMPLAINTS:
            self.complaints.append((index, problem))


def read_log(lines: Iterable[str | bytes]) -> LogReader:
    """Return the events of a log of any origin; an open file is such an iterable of lines."""
    return LogReader(lines)


def _classify(found: object) -> tuple[Event | None, LineKind]:
    """Return a line's event, if it is one, and what kind of line it is."""
    if isinstance(found, LoggedDecision):
        return found, LineKind.SKIPPED if found.skip_learn else LineKind.DECISION
    line = with_usual_names(as_object(found, "line"))
    context = line.get("c")
    if not isinstance(context, dict) or "_multi" not in context:
        heard = context is None and ("RewardValue" in line or "o" in line or "v" in line)
        return None, LineKind.DANGLING if heard else LineKind.FOREIGN
    if "_slots" in context:
        return (None, LineKind.FOREIGN) if _is_slates(context) else _multi_slot(line)
    if "_label_cost" not in line:
        return None, LineKind.FOREIGN if "_label_ca" in line else LineKind.UNLABELLED
    if "_outcomes" in line:
        return None, LineKind.FOREIGN
    event = decision_from(line)
    return event, LineKind.SKIPPED if event.skip_learn else LineKind.DECISION


def _is_slates(context: Json) -> bool:
    """Return whether actions belong to slots: a slates event has no order to rank them in."""
    actions = context["_multi"]
    return isinstance(actions, list) and any(
        isinstance(action, dict) and "_slot_id" in action for action in actions
    )


def _multi_slot(line: Json) -> tuple[LoggedMultiSlot | None, LineKind]:
    if "_outcomes" not in line:
        return None, LineKind.UNLABELLED
    event = multi_slot_from(line)
    return event, LineKind.SKIPPED if event.skip_learn else LineKind.MULTI_SLOT


def _is_mark(line: str | bytes) -> bool:
    """Return whether a line marks a checkpoint, as the service's own logs do between events."""
    mark = line[:12]
    return (mark if isinstance(mark, str) else mark.decode("latin-1")).startswith("[CHECKPOINT")


def _parse(line: str | bytes) -> tuple[list[object], str]:
    """Return the objects of a line, nearly always one, and what is wrong with the rest of it."""
    try:
        return [from_json(line, allow_inf_nan=False, cache_strings="keys")], ""
    except ValueError:
        return whole_objects(line if isinstance(line, str) else line.decode(errors="replace"))
