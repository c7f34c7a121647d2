"""How the control plane reaches what it controls, and how it refuses."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from starlette.requests import Request

from mock_service.emulator.emulator import Emulator
from mock_service.errors import (
    ApiError,
    ControlRequestInvalid,
    LearningPolicyInvalid,
    SettingsInvalid,
)
from mock_service.rest.service import get_loop_name, is_for_server

MAX_BYTES = 2**20
FEW_BYTES = 2**16
"""Of orders that are short: each unknown field of a long one would be an error of its own."""


class ControlBody(BaseModel):
    """Camel case outside; a misspelt field is an error, as it would have no effect."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", frozen=True, validate_by_alias=True
    )


def get_emulator(request: Request) -> Emulator:
    """Return the bench behind `request`."""
    emulator = request.app.state.emulator
    if not isinstance(emulator, Emulator):
        raise TypeError(f"the app's state holds {type(emulator).__name__} and not a Bench")
    return emulator


def get_concerned_loop(request: Request) -> str | None:
    """Return the loop that `request` is about, None for the default one's: it is about all.

    Raises:
        ApiError: it has been removed since.
    """
    return None if is_for_server(request) else get_loop_name(request)


@contextmanager
def as_bad_request() -> Iterator[None]:
    """Turn what makes no sense into a bad request that says why."""
    try:
        yield
    except LearningPolicyInvalid as error:
        raise ApiError("InvalidPolicyConfiguration", str(error)) from error
    except (ControlRequestInvalid, SettingsInvalid) as error:
        raise ApiError("BadRequest", str(error)) from error
