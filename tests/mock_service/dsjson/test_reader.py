"""Reading logs: every dialect understood, no good line lost, every other line counted."""

import json
from datetime import UTC, datetime

import pytest

from mock_service.dsjson.event import LoggedDecision, LoggedMultiSlot, slot_decision
from mock_service.dsjson.reader import LineKind, read_log
from mock_service.dsjson.writer import write_line

AZURE = (
    '{"_label_cost":-1.0,"_label_probability":0.333333343,"_label_Action":3,"_labelIndex":2,'
    '"o":[{"EventId":"e1","ActionTaken":true},{"v":1.0,"EventId":"e1","ActionTaken":false}],'
    '"Timestamp":"2021-04-24T20:02:39.0740001Z","Version":"1","EventId":"e1","a":[3,2,1],'
    '"c":{"FromUrl":[{"timeOfDay":"noon"},{"device":{"os":"tv"}}],"_multi":['
    '{"_tag":"a","i":{"constant":1,"id":"a"},"j":[{"kind":"x"}]},'
    '{"_tag":"b","i":{"constant":1,"id":"b"},"j":[{"kind":"y"}]},'
    '{"_tag":"c","i":{"constant":1,"id":"c"},"j":[{"kind":"z"}]}]},'
    '"p":[0.333333343,0.333333343,0.333333343],"VWState":{"m":"m1/m2"},"pdrop":0.25,'
    '"_original_label_cost":-0.5}'
)
BARE = (
    '{ "_label_cost" : 2, "_label_probability" : 0.2, "_label_Action" : 2, "_labelIndex" : 1,'
    ' "a" : [2, 1], "c" : { "F" : "1", "User" : {"age" : 3}, "_multi" :'
    ' [ { "F" : "2" }, { "b" : {"f" : 3} } ] }, "p" : [0.2, 0.8] }'
)
SLOTS = (
    '{"Timestamp":"2021-04-26T17:23:28.1726275","Version":"1","EventId":"s1","c":{"FromUrl":'
    '[{"weather":"wet"}],"_multi":[{"_tag":"a","j":[{"r":1}]},{"_tag":"b","j":[{"r":2}]},'
    '{"_tag":"c","j":[]}],"_slots":[{"_id":"main","sj":[{"size":"big"},{"_inc":[0,2]}]},'
    '{"_id":"side","place":{"at":"right"}}]},"_outcomes":['
    '{"_label_cost":-0.6,"_id":"main","_a":[2,0],"_p":[0.75,0.25],'
    '"_o":[{"v":0.6,"EventId":"s1","Index":"main","ActionTaken":false}],'
    '"_original_label_cost":-0.6},'
    '{"_label_cost":0.0,"_id":"side","_a":[1,0],"_p":[0.5,0.5],"_o":[]}],"_ba":[1,2],'
    '"VWState":{"m":"N/A"}}'
)
DANGLING = '{"RewardValue":0.5,"EnqueuedTimeUtc":"2021-04-24T20:02:39Z","EventId":"e9"}'


def decision(line: str) -> LoggedDecision:
    """Return the only event of a single-slot line."""
    (event,) = read_log([line])
    assert isinstance(event, LoggedDecision)
    return event


def multi_slot(line: str) -> LoggedMultiSlot:
    """Return the only event of a multi-slot line."""
    (event,) = read_log([line])
    assert isinstance(event, LoggedMultiSlot)
    return event


def test_every_part_of_the_services_own_line_is_read() -> None:
    """Down to the observation that said the decision was shown."""
    event = decision(AZURE)

    assert event.event_id == "e1"
    assert event.at == datetime(2021, 4, 24, 20, 2, 39, 74000, UTC)
    assert event.context == '[{"timeOfDay":"noon"},{"device":{"os":"tv"}}]'
    assert [action.id for action in event.actions] == ["a", "b", "c"]
    assert event.actions[2].features == '[{"kind":"z"},{"i":{"constant":1,"id":"c"}}]'
    assert (event.order, event.chosen) == ((2, 1, 0), 2)
    assert event.probabilities == (0.333333343,) * 3
    assert (event.cost, event.reward, event.original_cost) == (-1.0, 1.0, -0.5)
    assert (event.propensity, event.drop_probability) == (0.333333343, 0.25)
    assert (event.model_id, event.version) == ("m1/m2", "1")
    assert [(one.value, one.action_taken) for one in event.observations] == [
        (None, True),
        (1.0, False),
    ]
    assert (event.activated, event.deferred, event.skip_learn) == (True, True, False)


def test_a_line_of_any_spacing_with_namespaces_beside_the_actions_is_read() -> None:
    """Namespaces become feature objects; actions without a tag are called by their place."""
    event = decision(BARE)

    assert event.context == '[{"F":"1"},{"User":{"age":3}}]'
    assert [(a.id, a.features) for a in event.actions] == [
        ("0", '[{"F":"2"}]'),
        ("1", '[{"b":{"f":3}}]'),
    ]
    assert (event.event_id, event.at, event.original_cost) == ("", None, None)


def test_a_multi_slot_line_is_read() -> None:
    """Each slot has its own choice, outcome and list of allowed actions."""
    event = multi_slot(SLOTS)

    main, side = event.slots
    assert (main.id, main.features, main.allowed) == ("main", '[{"size":"big"}]', (0, 2))
    assert (main.order, main.probabilities, main.cost) == ((2, 0), (0.75, 0.25), -0.6)
    assert main.observations[0].slot == "main"
    assert (side.features, side.allowed) == ('[{"place":{"at":"right"}}]', None)
    assert event.baselines == (1, 2)
    assert event.at == datetime(2021, 4, 26, 17, 23, 28, 172627, UTC)


def test_the_first_slot_of_a_multi_slot_event_is_a_decision_among_its_allowed_actions() -> None:
    """As offline evaluation sees it."""
    event = slot_decision(multi_slot(SLOTS))

    assert [action.id for action in event.actions] == ["a", "c"]
    assert (event.order, event.propensity, event.reward) == ((1, 0), 0.75, 0.6)
    assert event.context == '[{"weather":"wet"},{"size":"big"}]'


def test_every_line_is_counted_by_its_kind_and_no_event_is_lost() -> None:
    """Also those to skip are events."""
    skipped = AZURE.replace('"o":', '"_skipLearn":true,"o":').replace(
        '"EventId":"e1","a"', '"EventId":"e2","a"'
    )
    unlabelled = AZURE.replace('"_label_cost":-1.0,', "")
    foreign = '{"_label_ca":{"action":1.5},"c":{"FromUrl":[]}}'
    lines: list[str | bytes] = [
        AZURE,
        "",
        SLOTS,
        DANGLING,
        "{not json",
        skipped,
        b"\xff\n",
        unlabelled,
        foreign,
        BARE,
        AZURE,
        "[CHECKPOINT INFO LINE]",
    ]
    reader = read_log(lines)

    events = list(reader)

    assert [event.skip_learn for event in events] == [False, False, True, False]
    assert reader.counts == {
        LineKind.DECISION: 2,
        LineKind.MULTI_SLOT: 1,
        LineKind.SKIPPED: 1,
        LineKind.UNLABELLED: 1,
        LineKind.DANGLING: 1,
        LineKind.REPEATED: 1,
        LineKind.FOREIGN: 2,
        LineKind.DAMAGED: 2,
        LineKind.BLANK: 1,
    }
    assert reader.events == 4
    assert [index for index, _ in reader.complaints] == [5, 7]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"p":[0.333333343,', '"p":[', "3 actions ranked with 2 probabilities"),
        ('"a":[3,2,1]', '"a":[4,2,1]', "expected places among 3 actions"),
        ('"a":[3,2,1]', '"a":[3,3,1]', "each ranked action once"),
        ('"_label_cost":-1.0', '"_label_cost":"free"', "_label_cost: expected a number"),
        ('"_label_cost":-1.0', '"_label_cost":NaN', "NaN is no number"),
        ('"_label_cost":-1.0', f'"_label_cost":{10**400}', "_label_cost: expected a number"),
        ('"pdrop":0.25', '"pdrop":1', "pdrop: expected a chance in [0, 1)"),
        ('"_multi":[', '"_multi":[7,', "_multi: expected an object"),
        ('"_label_cost"', "_label_cost", "not JSON"),
        ('"noon"', "[" * 100_000, "recursion"),
    ],
)
def test_a_damaged_line_is_counted_and_named(old: str, new: str, complaint: str) -> None:
    """And the lines around it are read."""
    assert old in AZURE
    reader = read_log([AZURE, AZURE.replace(old, new, 1), SLOTS])

    assert len(list(reader)) == 2
    assert reader.counts[LineKind.DAMAGED] == 1
    assert reader.complaints[0][0] == 2
    assert complaint in reader.complaints[0][1]


def test_a_whole_event_after_a_torn_one_on_the_same_line_is_read() -> None:
    """As a writer that was killed in the middle of a line leaves it."""
    reader = read_log([AZURE[:200] + AZURE, AZURE.replace("e1", "e9") + SLOTS])

    assert len(list(reader)) == 3
    assert reader.counts[LineKind.DAMAGED] == 1


def test_marks_before_the_text_and_half_characters_do_no_harm() -> None:
    """A byte order mark, and an id and a feature cut in the middle of a surrogate pair."""
    cut = AZURE.replace('"EventId":"e1","a"', '"EventId":"\\ud83d","a"').replace("noon", "\\ud83d")

    marked, halved = read_log(["\ufeff" + AZURE, cut])

    assert (marked.event_id, halved.event_id) == ("e1", "\ud83d")
    assert halved.context == '[{"timeOfDay":"\\ud83d"},{"device":{"os":"tv"}}]'


def test_a_label_that_is_not_in_front_is_the_action_that_was_shown() -> None:
    """With the probability that belongs to it."""
    swapped = '"a":[1,2,3],"c"'
    line = AZURE.replace('"a":[3,2,1],"c"', swapped).replace('"p":[0.333333343', '"p":[0.4')

    event = decision(line)

    assert (event.order, event.probabilities[1]) == ((2, 0, 1), 0.4)


@pytest.mark.parametrize("line", [AZURE, BARE, SLOTS])
def test_what_is_written_reads_as_the_same_event(line: str) -> None:
    """Whatever the dialect it came in."""
    (event,) = read_log([line])

    (again,) = read_log([write_line(event)])

    assert event == again
    assert json.loads(write_line(event))


@pytest.mark.parametrize("at", ["0003-01-01T00:00:00+23:59", "9996-12-31T23:00:00-23:59"])
def test_a_zone_takes_no_time_over_the_end_of_the_calendar(at: str) -> None:
    """What is read is written in UTC, and then has to be read again."""
    reader = read_log([AZURE.replace("2021-04-24T20:02:39.0740001Z", at)])

    assert not list(reader)
    assert "expected a year from 3 to 9996" in reader.complaints[0][1]
