"""The app's own OpenAPI document, held against a server on a port."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from mock_service.app import build_app
from mock_service.build import build_emulator
from mock_service.settings import Settings
from tests.helpers.servers import Endpoint, served

Operation = APIOperation[Any, Any, Any, Any]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def document() -> dict[str, Any]:
    """Return the document of a server with default settings."""
    emulator = build_emulator(Settings())
    try:
        return build_app(emulator, control=True).openapi()
    finally:
        emulator.service.close()


SCHEMA = schemathesis.openapi.from_dict(document())
ORDERS = "^/mock/(faults|throttling)"
"""What makes the contract's operations fail on purpose."""

tried = settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.generate],
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def each_of(schema: BaseSchema) -> pytest.MarkDecorator:
    """Let a test run once for each operation, under an id of its own: xdist tells them by it."""
    results = list(schema.get_all_operations())
    operations = [result.ok() for result in results if isinstance(result, Ok)]
    assert len(operations) == len(results)
    return pytest.mark.parametrize(
        "operation", [pytest.param(operation, id=operation.label) for operation in operations]
    )


def asked(operation: Operation, data: st.DataObject, whom: Endpoint) -> None:
    """Ask what the document allows or forbids, and hold the reply against the document."""
    case: Case[Any] = data.draw(
        st.one_of([operation.as_strategy(generation_mode=mode) for mode in GenerationMode])
    )

    reply = case.call(base_url=whom.url, headers={"Ocp-Apim-Subscription-Key": whom.key})

    case.validate_response(reply, checks=CHECKS)


@each_of(SCHEMA.exclude(path_regex=ORDERS))
@tried
@given(data=st.data())
def test_whatever_is_sent_the_reply_has_its_declared_shape(
    operation: Operation, data: st.DataObject, endpoint: Endpoint
) -> None:
    """No 5xx, no undocumented status, no other body than the document says."""
    asked(operation, data, endpoint)


@pytest.fixture(scope="module")
def disturbed() -> Iterator[Endpoint]:
    """Serve to those who order faults, so that nobody else meets them."""
    with served() as running:
        yield running


@each_of(SCHEMA.include(path_regex=ORDERS))
@tried
@given(data=st.data())
def test_whatever_is_ordered_the_reply_has_its_declared_shape(
    operation: Operation, data: st.DataObject, disturbed: Endpoint
) -> None:
    """Faults and throttling may be anything, and orders of them are answered all the same."""
    asked(operation, data, disturbed)
