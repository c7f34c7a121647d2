"""Filling several slots: each action once, exclusions kept, and every slot gets one."""

import json
from datetime import UTC, datetime
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from mock_service.loop.decision import Action, Decision, RankRequest
from mock_service.loop.slot_assignment import SlotAssignment
from mock_service.loop.slots import SEPARATOR, SLOT_KEY, Slot, SlotsRequest, rank_slots

ACTIONS = tuple(Action(f"a{n}", f'[{{"n":{n}}}]') for n in range(4))


class LastChoice:
    """Ranks by always choosing the last action it is offered, and remembers the questions."""

    def __init__(self) -> None:
        self.asked: list[RankRequest] = []

    def __call__(self, request: RankRequest) -> Decision:
        """Choose the last action."""
        self.asked.append(request)
        count = len(request.actions)
        order = tuple(reversed(range(count)))
        at = datetime(2026, 1, 1, tzinfo=UTC)
        return Decision(
            request.event_id,
            at,
            request.context,
            request.actions,
            request.actions,
            order,
            (1 / count,) * count,
            request.deferred,
        )


def test_each_slot_is_a_decision_of_its_own() -> None:
    """Named after event and slot, the baseline first, the slot at the end of the context."""
    rank = LastChoice()
    slots = (Slot("s", '[{"size":1}]', "a2"), Slot("t", "[]", "a0", frozenset({"a2"})))

    answer = rank_slots(SlotsRequest("e", '[{"u":1}]', ACTIONS, slots, deferred=True), rank)

    assert answer == (("s", "a3"), ("t", "a1"))
    assert [request.event_id for request in rank.asked] == [f"e{SEPARATOR}s", f"e{SEPARATOR}t"]
    assert [[action.id for action in request.actions] for request in rank.asked] == [
        ["a2", "a0", "a1", "a3"],
        ["a0", "a1"],
    ]
    assert json.loads(rank.asked[0].context) == [
        {"u": 1},
        {SLOT_KEY: {"id": "s", "number": 0, "of": 2, "features": [{"size": 1}]}},
    ]
    assert all(request.deferred for request in rank.asked)


def test_an_action_that_a_later_slot_cannot_do_without_is_kept_for_it() -> None:
    """The second slot allows nothing but the last action, which the first would have taken."""
    slots = (Slot("s", "[]", "a0"), Slot("t", "[]", "a3", frozenset({"a0", "a1", "a2"})))

    answer = rank_slots(SlotsRequest("e", "[]", ACTIONS, slots), LastChoice())

    assert answer == (("s", "a2"), ("t", "a3"))


@given(st.data())
def test_eligible_is_whatever_leaves_the_other_slots_something(data: st.DataObject) -> None:
    """Exactly the actions that some complete filling gives to the slot."""
    baselines = data.draw(st.permutations(range(5)))[: data.draw(st.integers(1, 5))]
    allowed = [sorted({baseline, *data.draw(st.sets(st.integers(0, 4)))}) for baseline in baselines]
    filling, taken = SlotAssignment(allowed, baselines), list[int]()
    for slot in range(len(baselines)):
        possible = {
            page[slot]
            for page in permutations(range(5), len(baselines))
            if list(page[:slot]) == taken
            and all(action in allowed[index] for index, action in enumerate(page))
        }
        eligible = filling.eligible(slot)

        assert set(eligible) == possible

        taken.append(data.draw(st.sampled_from(eligible)))
        filling.take(slot, taken[-1])
