"""Checks of the other API versions: the same rank, reward and activate in each."""

from collections.abc import Callable

from mock_service.conformance.probe import ACTIONS, ContractClient

_PREVIEW = "2022-09-01-preview"
_BASES = {
    "v1.1-preview.1": ("/personalizer/v1.1-preview.1", ""),
    "v1.1-preview.2": ("/personalizer/v1.1-preview.2", ""),
    "v1.1-preview.3": ("/personalizer/v1.1-preview.3", ""),
    _PREVIEW: ("/personalizer", f"?api-version={_PREVIEW}"),
}
"""What comes before and after an operation's path."""


def _speaks(version: str, base: str, query: str) -> Callable[[ContractClient], None]:
    def check(probe: ContractClient) -> None:
        event = "conformance-versions"
        body = {"actions": ACTIONS, "eventId": event}
        probe.send("POST", f"{base}/rank{query}", body=body).answers(201)
        reward = f"{base}/events/{event}/reward{query}"
        probe.send("POST", reward, body={"value": 1}).answers(204)
        probe.send("POST", f"{base}/events/{event}/activate{query}").answers(204)

    check.__doc__ = f"{version} is spoken: rank, reward and activate."
    return check


def single_slot_loops_fill_no_slots(probe: ContractClient) -> None:
    """Without a multi-slot policy, a multi-slot rank is refused with InvalidMultiSlotApiAccess."""
    slots = [{"id": "top", "baselineAction": "first", "features": [{"size": "large"}]}]
    body = {"actions": ACTIONS, "slots": slots}
    path = "/personalizer/v1.1-preview.3/multislot/rank"
    probe.send("POST", path, body=body).refuses(400, "InvalidMultiSlotApiAccess")


CHECKS = (
    *(_speaks(version, *parts) for version, parts in _BASES.items()),
    single_slot_loops_fill_no_slots,
)
