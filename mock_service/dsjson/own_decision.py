"""From an event that was decided elsewhere to a decision that a loop can keep as its own."""

import json
from functools import lru_cache

from msgspec.structs import replace
from pydantic_core import from_json

from mock_service.dsjson.event import LoggedDecision, NotAnEvent, as_decision
from mock_service.dsjson.learning_modes import infer_from_label, read_label
from mock_service.loop.configuration import LearningMode
from mock_service.loop.decision import Action, Decision

_MIN_PROBABILITY, _MAX_PROBABILITY = 1e-9, 1.001
"""Beyond these a single event takes a model's weights out of the range of single precision."""
_MAX_VERSION_LENGTH = 15
_MAX_KNOWN = 64
"""Actions of an event that are remembered as good; more are hardly ever repeated."""


def as_own_decision(event: LoggedDecision) -> Decision:
    """Return what was decided; versions of models are ours only if they are numbers.

    Raises:
        NotAnEvent: nothing can be learned from a decision of that probability.
        ValueError: its texts or features are not such as can be kept.
    """
    if event.propensity and not _MIN_PROBABILITY <= event.propensity <= _MAX_PROBABILITY:
        raise NotAnEvent(f"p: expected 0, or {_MIN_PROBABILITY} to 1, got {event.propensity}")
    for text in (event.event_id, event.context):
        text.encode()  # half a character is nothing that can be kept
    check_features(event.context)
    check = _check_known if len(event.actions) <= _MAX_KNOWN else _check_known.__wrapped__
    check(event.actions)
    id_ = event.model_id
    ours = id_.isascii() and id_.isdecimal() and len(id_) <= _MAX_VERSION_LENGTH
    mode = event.learning_mode or infer_from_label(read_label(event)) or LearningMode.ONLINE
    return replace(as_decision(event), model=int(id_) if ours else 0, learning_mode=mode)


@lru_cache(maxsize=512)
def _check_known(actions: tuple[Action, ...]) -> None:
    """Accept actions: most events of a log offer those of an earlier one."""
    for action in actions:
        action.id.encode()
        check_features(action.features)


def check_features(text: str) -> None:
    """Accept features: a JSON array of objects, as text.

    Raises:
        ValueError: they are none.
    """
    try:
        features = from_json(text, allow_inf_nan=False)
    except ValueError:  # half a character, which JSON can write, and other logs do
        features = json.loads(text, parse_constant=_refuse_constant)
    is_list = isinstance(features, list)
    if not (is_list and all(isinstance(part, dict) for part in features)):
        raise ValueError(f"features that are no {'objects' if is_list else 'list'}")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"features that hold {name}")
