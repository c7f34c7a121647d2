"""Whatever bytes come, reading a batch ends soon: with events, or with what is wrong."""

import json
from collections.abc import Callable

import numpy as np
import pytest

from mock_service.batches.batch import EncodingUnknown
from mock_service.batches.decisions import read_interactions
from mock_service.batches.flat_table import BatchInvalid
from mock_service.batches.outcomes import read_outcomes
from tests.helpers.local_inference import (
    CB,
    CCB,
    DEDUP,
    OUTCOME,
    Choice,
    batch,
    cb_payload,
    dictionary_payload,
    event,
    outcome_payload,
    page_payload,
)

CONTEXT = b'{"FromUrl":[{"a":1}],"_multi":[{"_tag":"x","j":[{"b":2}]},{"__aid":7}]}'
PAGE = b'{"_multi":[{"j":[{"b":2}]},{"j":[{"b":3}]}],"_slots":[{"_id":"s","sj":[{"c":4}]}]}'
CHOICE = Choice((1, 0), (0.75, 0.25))
DECISIONS = batch(
    [
        event("names", DEDUP, dictionary_payload({7: '{"_tag":"y","j":[{"b":3}]}'})),
        event("one", CB, cb_payload(CONTEXT, CHOICE)),
        event("page", CCB, page_payload(PAGE, [("s", CHOICE)], [0])),
    ],
    encoding="DEDUP",
)
OUTCOMES = batch(
    [
        event("one", OUTCOME, outcome_payload(0.5)),
        event("page", OUTCOME, outcome_payload(1.0, slot="s")),
        event("page", OUTCOME, outcome_payload(1.0, slot=0)),
        event("page", OUTCOME, outcome_payload(None, taken=True)),
    ]
)


def test_a_whole_batch_is_read() -> None:
    """Each event with its id, and an action of the dictionary in its place."""
    one, page = read_interactions(DECISIONS)
    outcomes = read_outcomes(OUTCOMES)

    assert (one.event_id, one.decisions[0].chosen.id, one.slots) == ("one", "y", ())
    assert (page.event_id, page.slots, page.decisions[0].propensity) == ("page", ("s",), 0.75)
    assert [(each.event_id, each.reward, each.slot) for each in outcomes] == [
        ("one", 0.5, None),
        ("page", 1.0, "s"),
        ("page", 1.0, 0),
        ("page", None, None),
    ]


@pytest.mark.parametrize(
    ("whole", "read"), [(DECISIONS, read_interactions), (OUTCOMES, read_outcomes)]
)
@pytest.mark.parametrize("flips", [1, 3, 20])
def test_bytes_that_have_changed_are_refused_or_read(
    whole: bytes, read: Callable[[bytes], object], flips: int
) -> None:
    """Never anything else, whichever bytes they are."""
    rng = np.random.default_rng(flips)
    refused = 0
    for _ in range(1000):
        content = bytearray(whole)
        for place in rng.integers(0, len(content), flips):
            content[place] = rng.integers(0, 256)
        try:
            read(bytes(content))
        except (BatchInvalid, EncodingUnknown):
            refused += 1

    assert refused > 300


@pytest.mark.parametrize("length", [0, *range(8, len(OUTCOMES), 7)])
def test_a_batch_that_was_cut_is_refused(length: int) -> None:
    """Its preamble says how long it should be."""
    with pytest.raises(BatchInvalid):
        read_outcomes(OUTCOMES[:length])


@pytest.mark.parametrize("content", [b"\x01\x02", b"\xde\xad\x01\x02"])
def test_what_is_too_short_for_a_preamble_holds_no_event(content: bytes) -> None:
    """SDKs post such bytes in their examples, and were answered 204; JSON is refused here too."""
    assert read_outcomes(content) == []
    assert read_interactions(content) == []
    with pytest.raises(BatchInvalid):
        read_outcomes(b"[1]")


def test_events_without_end_are_refused() -> None:
    """A vector that says to be longer than the bytes, however it points back into them."""
    content = bytearray(OUTCOMES)
    where = content.index((4).to_bytes(4, "little"), 8)
    content[where : where + 4] = b"\xff\xff\xff\x7f"

    with pytest.raises(BatchInvalid, match="the bytes are damaged"):
        read_outcomes(bytes(content))


def test_events_that_share_bytes_are_refused() -> None:
    """A few bytes could stand for many events."""
    one = event("one", OUTCOME, outcome_payload(0.5))

    with pytest.raises(BatchInvalid, match="share bytes"):
        read_outcomes(batch([one] * 500, shared=True))


def test_actions_of_a_dictionary_may_not_come_to_much_more_than_the_batch() -> None:
    """A few contexts could name a long action again and again."""
    names = {7: json.dumps({"j": [{"long": "x" * 100_000}]})}
    context = json.dumps({"_multi": [{"__aid": 7}] * 100}).encode()
    dictionary = event("names", DEDUP, dictionary_payload(names))
    one = event("one", CB, cb_payload(context, CHOICE))

    with pytest.raises(BatchInvalid, match="more than 8388608 bytes"):
        read_interactions(batch([dictionary, one], encoding="DEDUP"))


def test_a_page_may_not_have_more_slots_than_a_ranked_one() -> None:
    """Each is kept with the context."""
    slots = [{"_id": f"s{number}"} for number in range(51)]
    context = json.dumps({"_multi": [{"j": [{"b": 2}]}] * 51, "_slots": slots}).encode()
    page = page_payload(context, [(slot["_id"], CHOICE) for slot in slots])

    with pytest.raises(BatchInvalid, match="at most 50 slots"):
        read_interactions(batch([event("page", CCB, page)]))
