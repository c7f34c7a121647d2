"""The app's own OpenAPI document, held against a server on a port."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from mock_service.app import build_app
from mock_service.build import build_bench
from mock_service.settings import Settings
from tests.serving import Endpoint, served

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def document() -> dict[str, Any]:
    """Return the document of a server with default settings."""
    bench = build_bench(Settings())
    try:
        return build_app(bench, control=True).openapi()
    finally:
        bench.service.close()


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


@SCHEMA.exclude(path_regex=ORDERS).parametrize()
@tried
def test_whatever_is_sent_the_reply_has_its_declared_shape(
    case: schemathesis.Case[Any], endpoint: Endpoint
) -> None:
    """No 5xx, no undocumented status, no other body than the document says."""
    reply = case.call(base_url=endpoint.url, headers={"Ocp-Apim-Subscription-Key": endpoint.key})

    case.validate_response(reply, checks=CHECKS)


@pytest.fixture(scope="module")
def disturbed() -> Iterator[Endpoint]:
    """Serve to those who order faults, so that nobody else meets them."""
    with served() as running:
        yield running


@SCHEMA.include(path_regex=ORDERS).parametrize()
@tried
def test_whatever_is_ordered_the_reply_has_its_declared_shape(
    case: schemathesis.Case[Any], disturbed: Endpoint
) -> None:
    """Faults and throttling may be anything, and orders of them are answered all the same."""
    reply = case.call(base_url=disturbed.url, headers={"Ocp-Apim-Subscription-Key": disturbed.key})

    case.validate_response(reply, checks=CHECKS)
