"""How an endpoint that reads its own body appears in the OpenAPI document."""

from typing import Any

from pydantic import BaseModel

from mock_service.rest.wire import ErrorResponseBody


def body_of(model: type[BaseModel], *, required: bool = True) -> dict[str, Any]:
    """Return the OpenAPI entry of a JSON request body."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    definitions = schema.pop("$defs", {})
    return {
        "requestBody": {
            "required": required,
            "content": {"application/json": {"schema": _inlined(schema, definitions)}},
        }
    }


ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorResponseBody, "description": "The request is invalid."},
    401: {"model": ErrorResponseBody, "description": "The key is missing or wrong."},
}


def _inlined(schema: object, definitions: dict[str, Any]) -> object:
    """Replace references by what they refer to, so that the entry stands alone."""
    if isinstance(schema, list):
        return [_inlined(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return _inlined(definitions[name], definitions)
    return {key: _inlined(value, definitions) for key, value in schema.items()}
