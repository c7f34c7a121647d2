"""Checks of the gateway: keys, paths and headers."""

import re

from mock_service.conformance.probe import ACTIONS, ContractClient, expect
from mock_service.wire import KEY_HEADER

_DENIED = "Access denied due to invalid subscription key or wrong API endpoint."
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def missing_key(probe: ContractClient) -> None:
    """A call without a key is denied with 401 in the gateway's words."""
    _check_denied(probe, {})


def wrong_key(probe: ContractClient) -> None:
    """A call with a wrong key is denied with 401 in the gateway's words."""
    _check_denied(probe, {KEY_HEADER: "not the key"})


def doubled_slash(probe: ContractClient) -> None:
    """An endpoint that ends in a slash works with clients that add another."""
    body = {"actions": ACTIONS}
    probe.send("POST", "//personalizer/v1.0/rank", body=body).answers(201)


def unknown_path(probe: ContractClient) -> None:
    """An unknown path is answered with an error in the gateway's shape."""
    reply = probe.send("POST", "/personalizer/v1.0/nothing-of-that-name", body={})
    expect(reply.status in {401, 404}, "404 or 401", reply.status)
    reply.refuses(reply.status, str(reply.status))


def reply_headers(probe: ContractClient) -> None:
    """A reply names its request, forbids caching, and is JSON in UTF-8."""
    headers = probe.rank().answers(201).headers
    request_id = headers.get("apim-request-id", "")
    expect(_GUID.fullmatch(request_id), "apim-request-id with a GUID", request_id or "none")
    expect("no-store" in headers.get("cache-control", ""), "Cache-Control: no-store", "none")
    kind = headers.get("content-type", "")
    expect(kind.lower() == "application/json; charset=utf-8", "JSON in UTF-8", kind)


def _check_denied(probe: ContractClient, headers: dict[str, str]) -> None:
    body = {"actions": ACTIONS}
    reply = probe.send("POST", "/personalizer/v1.0/rank", body=body, headers=headers)
    reply.refuses(401, "401")
    message = reply.json["error"]["message"]
    expect(message.startswith(_DENIED), repr(_DENIED), repr(message))


CHECKS = (missing_key, wrong_key, doubled_slash, unknown_path, reply_headers)
