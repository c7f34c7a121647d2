"""A long list as JSON in slices, between which other requests are answered."""

import asyncio
from collections.abc import Callable, Iterable
from http import HTTPStatus
from time import perf_counter
from typing import TypeVar

from pydantic_core import to_json
from starlette.responses import Response

from mock_service.rest.responses import text_reply

_SLICE_SECONDS = 0.01
_Item = TypeVar("_Item")


async def list_reply(
    name: str, items: Iterable[_Item], convert: Callable[[_Item], object]
) -> Response:
    """Return ``{name: [...]}`` of items that are converted in slices."""
    parts: list[bytes] = []
    began = perf_counter()
    for item in items:
        parts.append(to_json(convert(item)))
        if perf_counter() - began > _SLICE_SECONDS:
            await asyncio.sleep(0)
            began = perf_counter()
    return text_reply(HTTPStatus.OK, b'{"%s":[%s]}' % (name.encode(), b",".join(parts)))
