"""Bodies that the contract does not describe and the service took: read once more, and leniently.

Clients in other languages send ids as JSON integers, property names in another case, and a byte
order mark in front. A body is read strictly first, as nearly all are right, and only one that fails
is brought into the contract's form here.
"""

from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import from_json, to_json

_MARK = b"\xef\xbb\xbf"
_IDS = frozenset({"id", "eventId", "slotId", "baselineAction", "excludedActions"})
"""Properties that hold ids of actions, events and slots; an integer there is taken as its text."""


def to_contract(model: type[BaseModel], body: bytes) -> bytes:
    """Return a body in the contract's form; one that is no JSON object stays as it is."""
    text = body.removeprefix(_MARK)
    try:
        found = from_json(text, allow_inf_nan=False)
    except ValueError:
        return text
    return to_json(_to_form(model, found)) if isinstance(found, dict) else text


def _to_form(model: type[BaseModel], value: object) -> object:
    """Return a JSON object with the names of a model's properties, and ids as text."""
    if not isinstance(value, dict):
        return value
    sent = {name.lower(): name for name in value}
    form = dict(value)
    for name, field in model.model_fields.items():
        wanted = field.alias or name
        found = wanted if wanted in value else sent.get(wanted.lower())
        if found is not None:
            form[wanted] = _to_property(field.annotation, wanted, form.pop(found))
    return form


def _to_property(annotation: object, name: str, value: Any) -> Any:  # noqa: ANN401 (any JSON)
    if name in _IDS:
        return [_to_id(item) for item in value] if isinstance(value, list) else _to_id(value)
    nested = _find_model(annotation)
    if nested is None:
        return value
    if isinstance(value, list):
        return [_to_form(nested, item) for item in value]
    return _to_form(nested, value)


def _to_id(value: object) -> object:
    return str(value) if type(value) is int else value  # True is no id


def _find_model(annotation: object) -> type[BaseModel] | None:
    """Return the model that an annotation holds, in a list or beside None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _find_model(part))), None)
