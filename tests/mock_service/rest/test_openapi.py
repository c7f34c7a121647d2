"""The app's own OpenAPI document, held against a server on a port."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from mock_service.app import build_app
from mock_service.build import build_service
from mock_service.settings import Settings
from tests.serving import Endpoint

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def document() -> dict[str, Any]:
    """Return the document of a server with default settings."""
    service = build_service(Settings())
    try:
        return build_app(service).openapi()
    finally:
        service.close()


SCHEMA = schemathesis.openapi.from_dict(document())


@SCHEMA.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.generate],
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_sent_the_reply_has_its_declared_shape(
    case: schemathesis.Case[Any], endpoint: Endpoint
) -> None:
    """No 5xx, no undocumented status, no other body than the document says."""
    reply = case.call(base_url=endpoint.url, headers={"Ocp-Apim-Subscription-Key": endpoint.key})

    case.validate_response(reply, checks=CHECKS)
