"""Writing logs: the service's fields in its order, and Vowpal Wabbit reads them."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vowpalwabbit import pyvw

from mock_service.dsjson.event import (
    LoggedDecision,
    LoggedMultiSlot,
    LoggedObservation,
    LoggedSlot,
    as_decision,
    log_decision,
)
from mock_service.dsjson.reader import read_log
from mock_service.dsjson.writer import write_line
from mock_service.loop.decision import Action, Decision

AT = datetime(2026, 1, 5, 12, 30, tzinfo=UTC)
ACTIONS = (Action("a", '[{"kind":"x"}]'), Action("b", '[{"kind":"y"}]'))
DECISION = Decision("e1", AT, '[{"hour":7}]', ACTIONS, ACTIONS, (1, 0), (0.9, 0.1), deferred=False)
EVENT = replace(
    log_decision(DECISION, reward=0.5, observations=(LoggedObservation("e1", 0.5),)), model_id="m"
)


def multi_slot(allowed: tuple[int, ...] | None) -> LoggedMultiSlot:
    """Return an event of two slots, the first with a list of actions it may have."""
    main = LoggedSlot(
        id="main",
        features='[{"size":"big"}]',
        order=(1, 0),
        probabilities=(0.5, 0.5),
        cost=-1.0,
        allowed=allowed,
        observations=(
            LoggedObservation("e1", 1.0, slot="main"),
            LoggedObservation("e1", action_taken=True),
        ),
    )
    side = LoggedSlot(id="side", features="[]", order=(0,), probabilities=(1.0,), cost=0.0)
    return LoggedMultiSlot(
        event_id="e1", at=AT, context="[]", actions=ACTIONS, slots=(main, side), baselines=(0, 1)
    )


def test_fields_stand_in_the_services_order() -> None:
    """Those that say nothing are left out."""
    assert write_line(EVENT) == (
        '{"_label_cost":-0.5,"_label_probability":0.9,"_label_Action":2,"_labelIndex":1,'
        '"o":[{"v":0.5,"EventId":"e1","ActionTaken":false}],'
        '"Timestamp":"2026-01-05T12:30:00.000000Z","Version":"1","EventId":"e1","a":[2,1],'
        '"c":{"FromUrl":[{"hour":7}],"_multi":[{"_tag":"a","j":[{"kind":"x"}]},'
        '{"_tag":"b","j":[{"kind":"y"}]}]},"p":[0.9,0.1],"VWState":{"m":"m"},'
        '"_original_label_cost":-0.5}'
    )


def test_a_decision_nobody_activated_is_marked_to_skip() -> None:
    """Behind the label, where Vowpal Wabbit looks for it."""
    line = write_line(log_decision(DECISION, reward=0.0, activated=False))

    assert list(json.loads(line))[:6] == [
        *("_label_cost", "_label_probability", "_label_Action", "_labelIndex"),
        *("_skipLearn", "o"),
    ]


@pytest.mark.parametrize("event", [EVENT, multi_slot(None), multi_slot((0, 1))])
def test_what_is_read_writes_the_same_line(event: LoggedDecision | LoggedMultiSlot) -> None:
    """Byte for byte, and as the same value."""
    (again,) = read_log([write_line(event)])

    if isinstance(event, LoggedDecision):  # of the usual mode nothing is written
        event = replace(event, learning_mode=None)
    assert again == event
    assert write_line(again) == write_line(event)


def test_a_logged_decision_is_the_decision_again() -> None:
    """With its propensity: what learning from a log needs."""
    assert as_decision(EVENT) == DECISION


@pytest.mark.parametrize(
    ("event", "policy"),
    [(EVENT, "--cb_explore_adf"), (multi_slot((0, 1)), "--ccb_explore_adf")],
)
def test_vowpal_wabbit_learns_from_what_is_written(
    event: LoggedDecision | LoggedMultiSlot, policy: str, tmp_path: Path
) -> None:
    """Its own reader finds an example with a label, and the weights move."""
    log = tmp_path / "log.dsjson"
    log.write_text(f"{write_line(event)}\n" * 3)

    workspace = pyvw.Workspace(f"--dsjson --quiet {policy} -d {log}")

    assert workspace.get_weighted_examples() > 0
    assert workspace.get_sum_loss() != 0
    workspace.finish()


def test_features_never_command_vowpal_wabbit() -> None:
    """Names it takes for its own are left out, however they are spelled; others stay."""
    context = '[{"_multi":[{}],"\\u005flabel_cost":9,"_title":"x","deep":{"_tag":"t","n":1}}]'
    hostile = Decision("e", AT, context, ACTIONS, ACTIONS, (1, 0), (0.9, 0.1), deferred=False)

    (event,) = read_log([write_line(log_decision(hostile, reward=0.0))])

    assert event.context == '[{"_title":"x","deep":{"n":1}}]'


def test_an_event_is_one_line_whatever_its_features_and_ids_hold() -> None:
    """Line ends between the parts of a client's JSON, and in ids."""
    decision = Decision(
        "e\n1", AT, '[\n {"x": "a\\nb"}\r\n]', ACTIONS, ACTIONS, (0, 1), (0.5, 0.5), deferred=False
    )

    line = write_line(log_decision(decision, reward=1.0))

    assert len(line.splitlines()) == 1
    assert [event.event_id for event in read_log([line])] == ["e\n1"]


NAMES = st.sampled_from(["x", "__proto__", "c", "j", "sj", "FromUrl", "=cmd()"]) | st.text(
    'a\n\x1b\x7f\x85\x9b\u2028\u202e\u200b\ufeff\U000e0041<["\\', min_size=1, max_size=4
)
VALUES = NAMES | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none()
FEATURES = st.lists(st.dictionaries(NAMES, VALUES | st.dictionaries(NAMES, VALUES)), max_size=3)


@given(context=FEATURES, features=FEATURES, name=NAMES, in_slots=st.booleans())
def test_what_is_written_is_one_line_that_no_terminal_obeys_and_reads_back_equal(
    context: list[object], features: list[object], name: str, *, in_slots: bool
) -> None:
    """Line ends of every kind, escape sequences, and what turns the direction of writing."""
    event = replace(
        multi_slot(None) if in_slots else EVENT,
        context=json.dumps(context, ensure_ascii=False),
        actions=(Action(name, json.dumps(features, ensure_ascii=False)), ACTIONS[1]),
    )

    line = write_line(event)

    assert line.isprintable()
    (back,) = read_log([line])
    assert json.loads(back.context) == context
    assert json.loads(back.actions[0].features) == features
    assert [action.id for action in back.actions] == [name, "b"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
FIELDS = [*json.loads(write_line(EVENT)), *json.loads(write_line(multi_slot(None)))]


@given(st.dictionaries(st.sampled_from(FIELDS), JSON), st.sampled_from([EVENT, multi_slot(None)]))
def test_no_line_of_json_breaks_the_reader(
    changes: dict[str, object], event: LoggedDecision | LoggedMultiSlot
) -> None:
    """Each is an event or is counted as something else."""
    line = json.dumps({**json.loads(write_line(event)), **changes})
    reader = read_log([line])

    events = list(reader)

    assert sum(reader.counts.values()) == 1
    assert len(events) == reader.events
    for read in events:
        assert list(read_log([write_line(read)])) == [read]


@given(st.text() | st.binary())
def test_no_text_breaks_the_reader(line: str | bytes) -> None:
    """Whatever is in a file."""
    reader = read_log([line])

    assert not list(reader)
    assert sum(reader.counts.values()) == 1
