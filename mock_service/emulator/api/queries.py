"""Query parameters of the control plane: read into a model, and described from it."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from mock_service.rest.error_responses import invalid_body

_Model = TypeVar("_Model", bound=BaseModel)


def parse_query(model: type[_Model], request: Request) -> _Model:
    """Return the query of `request` as a `model`.

    Raises:
        ApiError: BadRequest, naming the parameter.
    """
    try:
        return model.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise invalid_body("BadRequest", error) from error


def openapi_parameters(model: type[BaseModel]) -> dict[str, Any]:
    """Return the OpenAPI entry of a model's fields as query parameters."""
    properties: dict[str, Any] = model.model_json_schema()["properties"]
    return {
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in properties.items()
        ]
    }
