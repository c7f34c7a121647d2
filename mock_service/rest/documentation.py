"""How an endpoint that reads its own body appears in the OpenAPI document."""

import re
from typing import Any

from pydantic import BaseModel

from mock_service.rest.versions import Version
from mock_service.rest.wire import MAX_ID_LENGTH, ErrorResponseBody


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the OpenAPI entry of a JSON request body."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    definitions = schema.pop("$defs", {})
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _inlined(schema, definitions)}},
        }
    }


def request_of(
    path: str, query: list[dict[str, Any]], body: type[BaseModel] | type[bytes] | None
) -> dict[str, Any]:
    """Return the OpenAPI entry of a request: the ids in its path, its query and its body."""
    parameters = [*[_id_parameter(name) for name in _IDS.findall(path)], *query]
    entry: dict[str, Any] = {"parameters": parameters} if parameters else {}
    if body is bytes:
        return entry | {"requestBody": {"required": True, "content": _BYTES}}
    if body is not None and issubclass(body, BaseModel):
        return entry | body_of(body)
    return entry


def query_parameter(name: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    """Return the OpenAPI entry of something in a request's query."""
    return {"name": name, "in": "query", "required": required, "schema": schema}


def errors_of(version: Version) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entries of the errors that any operation may answer with."""
    header = {"x-ms-error-code": {"schema": {"type": "string"}}} if version.in_query else {}
    return {
        status: {"model": ErrorResponseBody, "description": text, "headers": header}
        for status, text in _ERRORS.items()
    }


_IDS = re.compile(r"{(\w+)(?::path)?}")
_BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
BINARY: dict[int | str, dict[str, Any]] = {200: {"description": "The bytes.", "content": _BYTES}}
"""The OpenAPI entry of a success that holds raw bytes."""

_ERRORS = {
    400: "The request is invalid.",
    401: "The key is missing or wrong.",
    403: "The loop does not serve this operation.",
    404: "There is no such thing.",
    409: "The request contradicts the state of the loop.",
}
ERRORS: dict[int | str, dict[str, Any]] = errors_of(Version.V1_0)


def _id_parameter(name: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": MAX_ID_LENGTH}
    return {"name": name, "in": "path", "required": True, "schema": schema}


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
