"""Checks of what rank refuses, row by row."""

from collections.abc import Callable
from typing import Any

from mock_service.conformance.probe import ACTIONS, ContractClient

_ACTION = ACTIONS[0]

ROWS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("an empty event id", {"eventId": ""}),
    ("an event id of 257 characters", {"eventId": "e" * 257}),
    ("no actions", {"actions": []}),
    ("51 actions", {"actions": [_ACTION] * 51}),
    ("a null action", {"actions": [None]}),
    ("an empty action id", {"actions": [{**_ACTION, "id": ""}]}),
    ("an action without features", {"actions": [{"id": "a", "features": []}]}),
    ("an action with null features only", {"actions": [{"id": "a", "features": [None]}]}),
    ("a null context feature", {"contextFeatures": [None]}),
    ("a context feature that is no object", {"contextFeatures": ["text"]}),
    ("an action feature that is no object", {"actions": [{"id": "a", "features": [1]}]}),
    ("an array of text", {"contextFeatures": [{"tags": ["a", "b"]}]}),
    ("an empty feature name", {"contextFeatures": [{"": 1}]}),
    ("all actions excluded", {"excludedActions": ["first", "second", "third"]}),
)
"""What is wrong, and the fields of the body that are."""


def malformed_json(probe: ContractClient) -> None:
    """A body that is not JSON is refused with 400."""
    probe.send("POST", "/personalizer/v1.0/rank", content=b'{"actions":[').answers(400)


def _check_refused(what: str, fields: dict[str, Any]) -> Callable[[ContractClient], None]:
    def check(probe: ContractClient) -> None:
        probe.rank(**fields).refuses(400, "InvalidRankRequest")

    check.__doc__ = f"A rank with {what} is refused with 400 InvalidRankRequest."
    return check


CHECKS = (malformed_json, *(_check_refused(*row) for row in ROWS))
