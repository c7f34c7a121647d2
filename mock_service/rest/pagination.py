"""Lists of 2022-09-01-preview: one page at a time, with a link to the next one."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote, urlencode

from mock_service.errors import ApiError
from mock_service.rest.openapi import query_parameter
from mock_service.rest.operations import OperationRequest
from mock_service.rest.versions import Version

_T = TypeVar("_T")

_ALL = 2**31 - 1
_PAGE = 100
_FILTER = re.compile(r"\s*(\w+)\s+(eq|ne)\s+'([^']*)'\s*")


@dataclass(frozen=True, slots=True)
class Paging:
    """How much of a list is wanted in all, from where, and in what portions."""

    top: int
    skip: int
    size: int


def parse_paging(call: OperationRequest) -> Paging:
    """Return what a request wants of a list.

    Raises:
        ApiError: BadRequest, for what is no number within its bounds.
    """
    return Paging(
        _number(call, "top", 0, _ALL),
        _number(call, "skip", 0, 0),
        _number(call, "maxpagesize", 1, _PAGE),
    )


def page(
    call: OperationRequest, items: Sequence[_T], shown: Callable[[_T], dict[str, Any]]
) -> dict[str, object]:
    """Return the wanted portion, and where to ask for the next one."""
    wanted = parse_paging(call)
    size = min(wanted.size, wanted.top)
    portion = items[wanted.skip : wanted.skip + size]
    body: dict[str, object] = {"value": [shown(item) for item in portion]}
    rest = Paging(wanted.top - size, wanted.skip + size, wanted.size)
    if rest.top and rest.skip < len(items):
        body["nextLink"] = _link(call, rest)
    return body


def filter_items(
    call: OperationRequest, items: Sequence[_T], fields: Callable[[_T], dict[str, Any]]
) -> Sequence[_T]:
    """Return the items that go with a request's filter, as ``evaluationType eq 'Manual'``.

    Raises:
        ApiError: BadRequest, for a filter of another form or by another field.
    """
    text = unquote(call.request.query_params.get("filter", ""))  # the SDK quotes it twice
    if not text:
        return items
    found = _FILTER.fullmatch(text)
    if found is None or found[1] not in _FILTERED:
        raise ApiError(
            "BadRequest",
            f"filter: expected FIELD eq 'VALUE' with one of {', '.join(_FILTERED)}.",
            target="filter",
        )
    name, operator, value = found.groups()
    return [item for item in items if (fields(item)[name] == value) is (operator == "eq")]


def _number(call: OperationRequest, name: str, least: int, default: int) -> int:
    text = call.request.query_params.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,10}", text) or not least <= int(text) <= _ALL:
        raise ApiError(
            "BadRequest", f"{name}: expected a whole number from {least} on.", target=name
        )
    return int(text)


def _link(call: OperationRequest, rest: Paging) -> str:
    """Return an absolute address, on the endpoint of the loop that was asked."""
    query = {
        "api-version": Version.V2022_09_01_PREVIEW.value,
        "top": rest.top,
        "skip": rest.skip,
        "maxpagesize": rest.size,
    }
    if text := call.request.query_params.get("filter"):
        query["filter"] = text
    return f"{call.endpoint}{call.request.url.path}?{urlencode(query)}"


_FILTERED = ("evaluationType", "status", "name")

PAGING = (
    query_parameter("top", {"type": "integer", "minimum": 0, "maximum": _ALL}),
    query_parameter("skip", {"type": "integer", "minimum": 0, "maximum": _ALL}),
    query_parameter("maxpagesize", {"type": "integer", "minimum": 1, "maximum": _ALL}),
)
FILTER = query_parameter("filter", {"type": "string"})
