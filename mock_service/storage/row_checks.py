"""Whether rows that came from outside are such as a loop writes, and can be lived with."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from math import isfinite
from typing import Any

from pydantic_core import from_json

from mock_service.dsjson.own_decision import check_features
from mock_service.loop.configuration import LearningMode
from mock_service.loop.decision import Decision
from mock_service.loop.state import LoopState
from mock_service.storage.codec import check_number, from_microseconds, to_microseconds
from mock_service.storage.counting import parse_counts

MAX_VALUE = 1e300
"""Of a reward: sums of as many as there can be stay finite."""

_MAX_DEFAULT = 1e30
"""Of a default reward, which is shown in single precision."""

MAX_RELEARNED = 100_000
"""Lessons that are not in the models; a loop keeps its models every few thousand."""

_LARGEST = 2**53
_MAX_DAYS = 36_500
_MAX_WAIT = timedelta(days=366)
_MODES = frozenset(mode.value for mode in LearningMode)
_EVENTS = """SELECT number, event_id, at, context, actions, answer, deferred, learning_mode, model,
    settled, settled_at, activated, lesson, reward, joined, superseded FROM events"""
_OBSERVATIONS = """SELECT o.number, o.event_id, o.at, o.reward, o.late, e.event_id
    FROM observations AS o LEFT JOIN events AS e ON e.loop = o.loop AND e.number = o.number"""
CheckInquiry = Callable[[str, str, str, str], None]
"""Raises ValueError for a kind, status, question or answer that this program does not write."""


class RowUnusable(ValueError):
    """A row holds what no loop writes; the text says which and what."""


def check_rows(copy: sqlite3.Connection, state: LoopState, check_inquiry: CheckInquiry) -> None:
    """Read every row of a snapshot's tables, with which one loop of that state has to go on.

    Raises:
        RowUnusable: one is not as a loop writes it.
        sqlite3.Error: one cannot be read.
    """
    for table, found in _faults(copy, state, check_inquiry):
        try:
            found()
        except (ValueError, TypeError, ArithmeticError, LookupError, RecursionError) as error:
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            raise RowUnusable(f"its {table}: {reason}") from error


def _faults(
    copy: sqlite3.Connection, state: LoopState, check_inquiry: CheckInquiry
) -> Iterator[tuple[str, Callable[[], None]]]:
    yield "settings", lambda: check_state(state)
    yield "loops", lambda: _check_owner(copy)
    yield "models", lambda: _check_models(copy)
    sizes: dict[int, int] = {}
    yield "texts", lambda: _check_texts(copy, sizes)
    yield "events", lambda: _check_events(copy, sizes)
    yield "observations", lambda: _check_observations(copy)
    yield "inquiries", lambda: _check_inquiries(copy, check_inquiry)
    yield "counts", lambda: _check_counts(copy)


def check_state(state: LoopState) -> None:
    """Accept settings whose times and durations leave room for arithmetic.

    Raises:
        ValueError: they do not.
    """
    configuration = state.configuration
    for at in (
        state.created,
        state.exports_from,
        configuration.auto_optimization_start,
        configuration.last_edited,
    ):
        if at is not None:
            check_number(to_microseconds(at))
    for duration in (
        configuration.reward_wait_time,
        configuration.model_export_frequency,
        configuration.auto_optimization_frequency,
    ):
        _expect(0 <= duration.days <= _MAX_DAYS, "a duration out of range")
    for days in (configuration.log_retention_days, configuration.model_retrain_days):
        _expect(-1 <= days <= _MAX_DAYS, "a number of days out of range")
    waits = (configuration.reward_wait_time, configuration.model_export_frequency)
    _expect(max(waits) <= _MAX_WAIT, "a wait out of range")
    _expect(abs(configuration.default_reward) <= _MAX_DEFAULT, "a default reward out of range")


def _check_owner(copy: sqlite3.Connection) -> None:
    ((number,),) = copy.execute("SELECT id FROM loops").fetchall()
    tables = ("models", "texts", "events", "observations", "inquiries", "forgotten", "looks")
    for table in tables:
        query = f"SELECT 1 FROM {table} WHERE loop IS NOT ? LIMIT 1"
        _expect(copy.execute(query, (number,)).fetchone() is None, f"rows of another loop: {table}")


def _check_models(copy: sqlite3.Connection) -> None:
    for row in copy.execute("SELECT * FROM models"):
        _, training, published, trained_events, published_trained_events, version, modified = row
        _expect(isinstance(training, bytes) and isinstance(published, bytes), "models are bytes")
        _expect(0 <= published_trained_events <= trained_events <= _LARGEST, "lessons out of range")
        _expect(0 <= version <= _LARGEST, "a version out of range")
        check_number(modified)
        (after,) = copy.execute(
            "SELECT count(*) FROM events WHERE lesson > ?", (trained_events,)
        ).fetchone()
        _expect(after <= MAX_RELEARNED, "too many lessons that are not in them")


def _check_texts(copy: sqlite3.Connection, sizes: dict[int, int]) -> None:
    """Check the actions' texts, and note how many actions each holds."""
    for number, text in copy.execute("SELECT id, text FROM texts"):
        actions = from_json(text)
        _expect(isinstance(actions, list) and len(actions) > 0, "no actions")
        for id_, features in actions:
            _expect(isinstance(id_, str) and isinstance(features, str), "actions of other parts")
            check_features(features)
        _expect(0 <= number <= _LARGEST, "a number out of range")
        sizes[number] = len(actions)


def _check_events(copy: sqlite3.Connection, sizes: dict[int, int]) -> None:
    settled_numbers: set[int] = set()
    trained_events: set[int] = set()
    for row in copy.execute(_EVENTS):
        number, _, at, context, actions, answer, deferred, mode, model, *end, superseded = row
        _expect(1 <= number <= _LARGEST and 0 <= model <= _LARGEST, "numbers out of range")
        _expect(mode in _MODES, "an unknown learning mode")
        _expect({deferred, superseded} <= {0, 1}, "flags that are none")
        check_number(at)
        check_features(context)
        _expect(actions in sizes, "actions that are not there")
        _check_answer(from_json(answer), sizes[actions])
        settled, settled_at, activated, training, reward, joined = end
        if settled is None:
            _expect(end == [None] * len(end), "an event that has ended and waits")
            continue
        check_number(settled_at)
        _expect(activated in {0, 1} and 1 <= settled <= _LARGEST, "an end out of range")
        _expect(settled not in settled_numbers, "two events that ended at once")
        _expect(max(abs(reward), abs(joined)) <= MAX_VALUE, "a reward out of range")
        settled_numbers.add(settled)
        if training is not None:
            _expect(
                1 <= training <= _LARGEST and training not in trained_events, "lessons out of order"
            )
            trained_events.add(training)


def _check_answer(answer: Any, count: int) -> None:  # noqa: ANN401 (any JSON)
    order, probabilities, *eligible = answer
    if eligible:
        _expect(len(eligible) == 1 and _are_places(eligible[0], count), "eligible actions")
        count = len(eligible[0])
    _expect(_are_places(order, count), "an order of actions that are not there")
    _expect(len(order) == len(probabilities) > 0, "an order without its probabilities")
    for probability in probabilities:
        _expect(isinstance(probability, float | int) and isfinite(probability), "no probability")
        _expect(probability >= 0, "a probability below 0")


def _are_places(indices: Any, count: int) -> bool:  # noqa: ANN401 (any JSON)
    return (
        isinstance(indices, list)
        and len(set(indices)) == len(indices)
        and all(type(index) is int and 0 <= index < count for index in indices)
    )


def _check_observations(copy: sqlite3.Connection) -> None:
    for number, event_id, at, reward, late, joined in copy.execute(_OBSERVATIONS):
        check_number(at)
        _expect(late in {0, 1}, "flags that are none")
        _expect(not number or joined == event_id, "one of an event that is not there")
        _expect(reward is None or abs(reward) <= MAX_VALUE, "a reward out of range")


def _check_inquiries(copy: sqlite3.Connection, check_inquiry: CheckInquiry) -> None:
    rows = copy.execute("SELECT kind, status, asked, found, id, created, automatic FROM inquiries")
    for kind, status, asked, found, id_, created, automatic in rows:
        check_number(created)
        _expect(automatic in {0, 1} and 0 < len(id_) <= _MAX_ID_LENGTH, "an id out of range")
        check_inquiry(kind, status, asked, found)


_MAX_ID_LENGTH = 1_024


def _check_counts(copy: sqlite3.Connection) -> None:
    for row in copy.execute(
        "SELECT at, number, settled, text, observations, counts FROM forgotten"
    ):
        at, *numbers, text = row
        check_number(at)
        _expect(all(0 <= number <= _LARGEST for number in numbers), "numbers out of range")
        found = parse_counts(text)
        _expect(all(isfinite(joined) for joined in found.recent), "rewards out of range")
    for (due,) in copy.execute("SELECT due FROM looks"):
        from_microseconds(due)


def check_decision(decision: Decision, reward: float, joined: float) -> None:
    """Accept a settled decision that can be judged: for those who only read a file.

    Raises:
        RowUnusable: it cannot.
    """
    check_features(decision.context)
    order, probabilities = decision.order, decision.probabilities
    _expect(_are_places(list(order), len(decision.actions)), "an order of actions of others")
    _expect(len(order) == len(probabilities) > 0, "an order without its probabilities")
    _expect(isfinite(sum(probabilities)) and min(probabilities) >= 0, "no probabilities")
    _expect(max(abs(reward), abs(joined)) <= MAX_VALUE, "a reward out of range")


def _expect(holds: bool, otherwise: str) -> None:  # noqa: FBT001 (what is expected reads first)
    if not holds:
        raise RowUnusable(otherwise)
