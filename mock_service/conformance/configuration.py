"""Checks of configuration, policy, model and logs in v1.0; what they change they change back."""

from typing import Any

from mock_service.conformance.probe import ContractClient, expect

_BASE = "/personalizer/v1.0"
_SERVICE = f"{_BASE}/configurations/service"
_POLICY = f"{_BASE}/configurations/policy"
_REQUIRED = (
    "rewardWaitTime",
    "defaultReward",
    "rewardAggregation",
    "explorationPercentage",
    "modelExportFrequency",
    "logRetentionDays",
)


def configuration_is_read(probe: ContractClient) -> None:
    """The service configuration is answered 200 with the six fields of v1.0."""
    missing = set(_REQUIRED) - set(_configuration(probe))
    expect(not missing, "the six fields", f"none of {sorted(missing)}")


def configuration_is_replaced(probe: ContractClient) -> None:
    """A put of the six fields is answered 200 with the configuration that holds from now on."""
    before = {name: _configuration(probe)[name] for name in _REQUIRED}
    wanted = {**before, "rewardWaitTime": "PT4H", "explorationPercentage": 0.25}
    after = probe.send("PUT", _SERVICE, body=wanted).answers(200).json
    held = _configuration(probe)
    probe.send("PUT", _SERVICE, body=before).answers(200)
    for name in ("rewardWaitTime", "explorationPercentage"):
        expect(after.get(name) == wanted[name], f"{name} {wanted[name]}", after.get(name))
        expect(held.get(name) == wanted[name], f"{name} {wanted[name]} kept", held.get(name))


def impossible_configuration(probe: ContractClient) -> None:
    """An exploration percentage of 2 is refused with 400 InvalidServiceConfiguration."""
    wanted = {**_configuration(probe), "explorationPercentage": 2}
    probe.send("PUT", _SERVICE, body=wanted).refuses(400, "InvalidServiceConfiguration")


def policy_is_read(probe: ContractClient) -> None:
    """The learning policy is answered 200 with a name and arguments."""
    policy = probe.send("GET", _POLICY).answers(200).json
    expect({"name", "arguments"} <= set(policy), "name and arguments", policy)


def policy_is_replaced(probe: ContractClient) -> None:
    """A put is answered 200 with the arguments as they were sent."""
    before = probe.send("GET", _POLICY).answers(200).json
    arguments = f"{before['arguments']} --l2 1e-9"  # no service's own policy has one
    body = {"name": "conformance", "arguments": arguments}
    after = probe.send("PUT", _POLICY, body=body).answers(200).json
    probe.send("PUT", _POLICY, body=before).answers(200)
    expect(after["arguments"] == arguments, repr(arguments), repr(after["arguments"]))


def impossible_policy(probe: ContractClient) -> None:
    """A policy that explores no actions is refused with 400 InvalidPolicyConfiguration."""
    body = {"name": "conformance", "arguments": "--epsilon 0.2"}
    probe.send("PUT", _POLICY, body=body).refuses(400, "InvalidPolicyConfiguration")


def model_is_read(probe: ContractClient) -> None:
    """The model is answered 200 as a stream of octets."""
    reply = probe.send("GET", f"{_BASE}/model").answers(200)
    kind = reply.headers.get("content-type", "none")
    expect(kind == "application/octet-stream", "application/octet-stream", kind)


def model_properties_are_read(probe: ContractClient) -> None:
    """The model's properties are answered 200 with two moments, also when it is untrained."""
    properties = probe.send("GET", f"{_BASE}/model/properties").answers(200).json
    timestamps = {"creationTime", "lastModifiedTime"}
    expect(timestamps <= set(properties), "two moments", properties)


def log_properties_are_read(probe: ContractClient) -> None:
    """The logs' properties are answered 200 with JSON, and need no date range."""
    reply = probe.send("GET", f"{_BASE}/logs/properties").answers(200)
    kind = reply.headers.get("content-type", "none")
    expect(kind.startswith("application/json"), "JSON", kind)
    expect(set(reply.json) <= {"dateRange"}, "nothing but dateRange", reply.json)


def _configuration(probe: ContractClient) -> dict[str, Any]:
    return probe.send("GET", _SERVICE).answers(200).json


CHECKS = (
    configuration_is_read,
    configuration_is_replaced,
    impossible_configuration,
    policy_is_read,
    policy_is_replaced,
    impossible_policy,
    model_is_read,
    model_properties_are_read,
    log_properties_are_read,
)
