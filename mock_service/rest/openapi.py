"""How an endpoint that reads its own body appears in the OpenAPI document."""

import re
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from mock_service.rest.schemas import MAX_ID_LENGTH, ErrorResponseBody
from mock_service.rest.versions import Version


def describe_body(model: type[BaseModel], *, required: bool = True) -> dict[str, Any]:
    """Return the OpenAPI entry of a JSON request body."""
    return {"requestBody": {"required": required, "content": _describe_json(model)}}


def describe_success(reply: type[BaseModel] | type[bytes] | None) -> dict[str, Any]:
    """Return the OpenAPI entry of a success: JSON, raw bytes or nothing.

    The entry is written out: FastAPI would build a validator for each, a second's work at every
    start, and none of them would be used.
    """
    if reply is None:
        return {"description": "Done."}
    if issubclass(reply, BaseModel):
        return {"description": "The answer.", "content": _describe_json(reply)}
    return {"description": "The bytes.", "content": _BYTES}


def describe_request(
    path: str, query: list[dict[str, Any]], body: type[BaseModel] | type[bytes] | None
) -> dict[str, Any]:
    """Return the OpenAPI entry of a request: the ids in its path, its query and its body."""
    parameters = [*[_id_parameter(name) for name in _IDS.findall(path)], *query]
    entry: dict[str, Any] = {"parameters": parameters} if parameters else {}
    if body is bytes:
        return entry | {"requestBody": {"required": True, "content": _BYTES}}
    if body is None or not issubclass(body, BaseModel):
        return entry
    return entry | describe_body(body)


def query_parameter(name: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    """Return the OpenAPI entry of something in a request's query."""
    return {"name": name, "in": "query", "required": required, "schema": schema}


def describe_errors(version: Version) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entries of the errors that any operation may answer with."""
    entry: dict[str, Any] = {"content": _describe_json(ErrorResponseBody)}
    if version.in_query:
        entry["headers"] = {"x-ms-error-code": {"schema": {"type": "string"}}}
    return {status: {"description": text, **entry} for status, text in _ERRORS.items()}


@lru_cache
def _describe_json(model: type[BaseModel]) -> dict[str, Any]:
    """Return the OpenAPI entry of JSON content, with everything it refers to in place."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    definitions = schema.pop("$defs", {})
    return {"application/json": {"schema": _inline(schema, definitions)}}


_IDS = re.compile(r"{(\w+)(?::path)?}")
_BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}

_ERRORS = {
    400: "The request is invalid.",
    401: "The key is missing or wrong.",
    403: "The loop does not serve this operation.",
    404: "There is no such thing.",
    405: "The version does not go with it.",
    409: "The request contradicts the state of the loop.",
    415: "The body is packed in a way that is not read here.",
}


def _id_parameter(name: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": MAX_ID_LENGTH}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _inline(schema: object, definitions: dict[str, Any]) -> object:
    """Replace references by what they refer to, so that the entry stands alone."""
    if isinstance(schema, list):
        return [_inline(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return _inline(definitions[name], definitions)
    return {key: _inline(value, definitions) for key, value in schema.items()}


ERRORS = describe_errors(Version.V1_0)
"""The errors that any route may answer with."""
