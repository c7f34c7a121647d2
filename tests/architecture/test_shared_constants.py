"""What both packages must agree on, although neither imports it from the other."""

from mock_service.loop.slots import SEPARATOR, slot_event_id
from mock_service.wire import MAX_ACTIONS
from simulator.model import SLOT_SEPARATOR, slot_event
from simulator.scenario.model import MAX_ACTIONS as MAX_SCENARIO_ACTIONS


def test_a_slot_has_the_same_event_id_on_both_sides() -> None:
    """The simulator writes into its logs what the service would."""
    assert SLOT_SEPARATOR == SEPARATOR
    assert slot_event("event", "slot") == slot_event_id("event", "slot")


def test_a_scenario_offers_as_many_actions_as_a_rank_takes() -> None:
    """A longer list would be refused by the service."""
    assert MAX_SCENARIO_ACTIONS == MAX_ACTIONS
