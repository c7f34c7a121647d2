"""Checks of reward and activate."""

from mock_service.conformance.probe import ContractClient, expect

_IDS = ("1700000000.123456", "a/b", "ev 1/2+é", "reward", "%2F", "?&#")


def reward_is_accepted(probe: ContractClient) -> None:
    """A reward is answered 204 with nothing in it."""
    probe.rank(eventId="rewarded").answers(201)
    reply = probe.reward("rewarded", {"value": 0.5}).answers(204)
    expect(not reply.body, "no body", repr(reply.body))


def unknown_events_are_accepted(probe: ContractClient) -> None:
    """Reward and activation of an unknown event are answered 204, too."""
    probe.reward("nobody knows this event", {"value": 1}).answers(204)
    probe.activate("nobody knows this event").answers(204)


def whole_numbers_and_bounds(probe: ContractClient) -> None:
    """-1, 0 and 1 are rewards."""
    for value in (-1, 0, 1, 1.0):
        probe.reward("bounds", {"value": value}).answers(204)


def missing_value(probe: ContractClient) -> None:
    """A reward without a value is refused with 400 InvalidRewardRequest."""
    probe.reward("refused", {}).refuses(400, "InvalidRewardRequest")


def text_for_a_value(probe: ContractClient) -> None:
    """A reward that is text is refused with 400 InvalidRewardRequest."""
    probe.reward("refused", {"value": "much"}).refuses(400, "InvalidRewardRequest")


def activation_needs_no_body(probe: ContractClient) -> None:
    """A deferred event is activated by a POST with nothing in it, answered 204."""
    probe.rank(eventId="deferred", deferActivation=True).answers(201)
    probe.activate("deferred").answers(204)


def activation_is_harmless(probe: ContractClient) -> None:
    """Activating what was not deferred, and twice, is answered 204."""
    probe.rank(eventId="active").answers(201)
    probe.activate("active").answers(204)
    probe.activate("active").answers(204)


def any_event_id_in_the_path(probe: ContractClient) -> None:
    """An event id travels percent-encoded, whatever it holds."""
    for event_id in _IDS:
        echoed = probe.rank(eventId=event_id).answers(201).json["eventId"]
        expect(echoed == event_id, repr(event_id), repr(echoed))
        probe.reward(event_id, {"value": 1}).answers(204)
        probe.activate(event_id).answers(204)


CHECKS = (
    reward_is_accepted,
    unknown_events_are_accepted,
    whole_numbers_and_bounds,
    missing_value,
    text_for_a_value,
    activation_needs_no_body,
    activation_is_harmless,
    any_event_id_in_the_path,
)
