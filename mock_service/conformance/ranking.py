"""Checks of rank: the answer, its order, and its probabilities."""

import re
from typing import Any

from mock_service.conformance.probe import ACTIONS, ContractClient, expect

_EVENT_ID = re.compile(r"[0-9a-f]{32}-[0-9A-Za-z]{5}")
_SLACK = 1e-3
"""Probabilities are written in single precision."""


def documented_fields(probe: ContractClient) -> None:
    """Rank is answered 201 with ranking, eventId and rewardActionId, and echoes the event id."""
    body = probe.rank(eventId="conformance-1").answers(201).json
    expect({"ranking", "eventId", "rewardActionId"} <= set(body), "the three fields", body)
    expect(body["eventId"] == "conformance-1", "the event id sent", body["eventId"])


def every_action_is_ranked(probe: ContractClient) -> None:
    """The ranking holds each action once."""
    ids = sorted(line["id"] for line in _ranking(probe))
    expect(ids == ["first", "second", "third"], "each action once", ids)


def probabilities_sum_to_one(probe: ContractClient) -> None:
    """Probabilities are numbers within [0, 1] that sum to 1."""
    probabilities = [line["probability"] for line in _ranking(probe)]
    numbers = all(
        isinstance(probability, int | float) and 0 <= probability <= 1
        for probability in probabilities
    )
    expect(numbers, "numbers within [0, 1]", probabilities)
    expect(abs(sum(probabilities) - 1) < _SLACK, "a sum of 1", sum(probabilities))


def chosen_action_is_in_front(probe: ContractClient) -> None:
    """Without exclusions the first action of the ranking is the one to show."""
    for number in range(10):
        body = probe.rank(eventId=f"front-{number}").answers(201).json
        front, chosen = body["ranking"][0]["id"], body["rewardActionId"]
        expect(front == chosen, f"{chosen!r} in front", repr(front))


def excluded_actions_keep_their_place(probe: ContractClient) -> None:
    """An excluded action stays where the request had it, with probability 0, and is not chosen."""
    body = probe.rank(excludedActions=["second"]).answers(201).json
    line = body["ranking"][1]
    expect(line["id"] == "second", "'second' in the second place", repr(line["id"]))
    expect(line["probability"] == 0, "probability 0", line["probability"])
    expect(body["rewardActionId"] != "second", "another action", "the excluded one")


def chosen_is_the_first_eligible(probe: ContractClient) -> None:
    """With the first action excluded, the one to show is the next of the ranking."""
    body = probe.rank(excludedActions=["first"]).answers(201).json
    chosen, following = body["rewardActionId"], body["ranking"][1]["id"]
    expect(chosen == following, f"{following!r}", repr(chosen))


def unknown_exclusions_are_ignored(probe: ContractClient) -> None:
    """Excluding an id that no action has changes nothing."""
    probe.rank(excludedActions=["nobody"]).answers(201)


def one_action_is_certain(probe: ContractClient) -> None:
    """A single action is chosen with probability 1."""
    ranking = probe.rank(actions=ACTIONS[:1]).answers(201).json["ranking"]
    expect(ranking == [{"id": "first", "probability": 1.0}], "probability 1", ranking)


def fifty_actions_are_accepted(probe: ContractClient) -> None:
    """50 actions are not too many."""
    actions = [{**ACTIONS[0], "id": f"action {number}"} for number in range(50)]
    probe.rank(actions=actions).answers(201)


def event_ids_are_made_up(probe: ContractClient) -> None:
    """A missing or null event id is made up: 32 hexadecimal digits, a dash, 5 alphanumerics."""
    made = [probe.rank(**given).answers(201).json["eventId"] for given in ({}, {"eventId": None})]
    expect(all(_EVENT_ID.fullmatch(id_) for id_ in made), "ids of the service's form", made)
    expect(made[0] != made[1], "two different ids", made)


def same_event_same_choice(probe: ContractClient) -> None:
    """The same event id and request bring the same choice."""
    for number in range(5):
        first, second = (
            probe.rank(eventId=f"again-{number}").answers(201).json["rewardActionId"]
            for _ in range(2)
        )
        expect(first == second, f"{first!r} again", repr(second))


def explicit_defaults(probe: ContractClient) -> None:
    """An empty list of exclusions, and activation that is not deferred, may be said."""
    more = {"excludedActions": [], "deferActivation": False, "contextFeatures": []}
    probe.rank(**more).answers(201)


def any_kind_of_feature(probe: ContractClient) -> None:
    """Text, numbers, truth, nothing, arrays of numbers and a namespace are features."""
    features: list[dict[str, Any]] = [
        {"agent": "Mozilla/5.0 (X11; Linux) a:b|c; d/e"},
        {"hour": 9, "share": 0.5},
        {"member": True, "unknown": None},
        {"vector": [1, 2.5]},
        {"place": {"city": "Köln"}},
    ]
    actions = [{"id": "a", "features": features}, {"id": "b", "features": [{"x": 1}]}]
    probe.rank(contextFeatures=features, actions=actions).answers(201)


def _ranking(probe: ContractClient) -> list[dict[str, Any]]:
    ranking: list[dict[str, Any]] = probe.rank().answers(201).json["ranking"]
    return ranking


CHECKS = (
    documented_fields,
    every_action_is_ranked,
    probabilities_sum_to_one,
    chosen_action_is_in_front,
    excluded_actions_keep_their_place,
    chosen_is_the_first_eligible,
    unknown_exclusions_are_ignored,
    one_action_is_certain,
    fifty_actions_are_accepted,
    event_ids_are_made_up,
    same_event_same_choice,
    explicit_defaults,
    any_kind_of_feature,
)
