"""Requests are told apart as the contract names them."""

import re

import pytest

from mock_service.emulator.operations import OPERATIONS, find_operation
from mock_service.rest.contract import OPERATIONS as CONTRACT
from mock_service.rest.operations import Operation

CASES = [
    ("POST", "/personalizer/v1.0/rank", "rank"),
    ("POST", "//personalizer/v1.0/rank", "rank"),
    ("POST", "/personalizer/rank", "rank"),
    ("POST", "/loops/shop/personalizer/v1.1-preview.3/rank", "rank"),
    ("POST", "/personalizer/v1.0/events/a/b/reward", "reward"),
    ("POST", "/personalizer/v1.0/events/reward/activate", "activate"),
    ("POST", "/personalizer/v1.1-preview.1/multislot/rank", "multislot_rank"),
    ("POST", "/personalizer/multislot/events/e/reward", "multislot_reward"),
    ("POST", "/personalizer/multislot/events/e/activate", "multislot_activate"),
    ("PUT", "/personalizer/v1.0/configurations/service", "service_configuration_update"),
    ("DELETE", "/personalizer/configurations/policy", "policy_reset"),
    ("PUT", "/personalizer/evaluations/e-1", "evaluations_create"),
    ("GET", "/personalizer/v1.0/model/properties", "model_get_properties"),
    ("GET", "/personalizer/v1.0/rank", None),
    ("POST", "/personalizer/v1.0/ranking", None),
    ("GET", "/status", None),
    ("POST", "/mock/reset", None),
]


@pytest.mark.parametrize(("method", "path", "expected"), CASES)
def test_an_operation_is_known_by_method_and_path(
    method: str, path: str, expected: str | None
) -> None:
    """In every version, behind any loop, with any event id."""
    assert find_operation(method, path) == expected


@pytest.mark.parametrize("operation", CONTRACT, ids=lambda one: f"{one.method} {one.path}")
def test_every_route_of_the_contract_is_an_operation(operation: Operation) -> None:
    """Under each version's prefix, and by the name that the contract gives it."""
    path = re.sub(r"\{.*?\}", "an/id", operation.path)
    names = {
        find_operation(operation.method, version.prefix + path) for version in operation.versions
    }

    (name,) = names
    assert name in OPERATIONS
    words = operation.id.lower().replace("multisloteve", "multislot_eve").replace("events_", "")
    assert str(name).replace("_", "") == words.replace("_", "")


def test_there_are_as_many_operations_as_the_contract_has() -> None:
    """28 of them, counting each once over all versions."""
    assert len(OPERATIONS) == 28
