"""Reading request bodies: never more than the limit, and strictly as the contract says."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from mock_service.errors import ApiError
from mock_service.rest.error_responses import invalid_body
from mock_service.rest.leniency import to_contract

_Model = TypeVar("_Model", bound=BaseModel)


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body of `request`.

    A longer body is read to its end and thrown away, so that the client can finish sending and
    then hear why.

    Raises:
        ApiError: PayloadSizeExceeded, beyond `limit` bytes.
    """
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk, more = message.get("body", b""), message.get("more_body", False)
        size += len(chunk)
        if size > limit:
            chunks.clear()
        else:
            chunks.append(chunk)
    if size > limit:
        raise ApiError("PayloadSizeExceeded")
    return b"".join(chunks)


def parse_body(model: type[_Model], body: bytes, code: str) -> _Model:
    """Return `body` as a `model`.

    Raises:
        ApiError: BadRequest when it is not JSON, `code` when it has another shape.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        lenient = to_contract(model, body)
        if lenient == body:
            raise invalid_body(code, error) from error
    try:
        return model.model_validate_json(lenient)
    except ValidationError as error:
        raise invalid_body(code, error) from error
