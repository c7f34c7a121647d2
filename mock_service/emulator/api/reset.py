"""Begin anew without starting again."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from mock_service.emulator.api.deps import FEW_BYTES, ControlBody, as_bad_request, get_emulator
from mock_service.loop.configuration import Mode
from mock_service.rest.openapi import ERRORS, describe_body
from mock_service.rest.requests import parse_body, read_body
from mock_service.rest.responses import empty_reply
from mock_service.rest.routing import DirectRoute
from mock_service.rest.service import find_hosted, is_for_server
from mock_service.settings import LoopSettings
from mock_service.vowpal.sandbox import validate_policy_aside

router = APIRouter(prefix="/mock", tags=["Reset (mock)"], route_class=DirectRoute)


class Reset(ControlBody):
    """Settings that the fresh loop has; what is left out stays as it was."""

    mode: Mode | None = None
    policy: str | None = None
    seed: str | None = None
    exploration_percentage: Annotated[float | None, Field(ge=0, le=1)] = None

    def apply_to(self, settings: LoopSettings) -> LoopSettings:
        """Return `settings` with what was given."""
        return settings.with_changes(
            mode=self.mode,
            policy=self.policy,
            seed=self.seed,
            exploration=self.exploration_percentage,
        )


@router.post(
    "/reset",
    operation_id="Mock_Reset",
    status_code=204,
    responses=ERRORS,
    openapi_extra=describe_body(Reset, required=False),
)
async def reset(request: Request) -> Response:
    """Forget all that was learned, noted and ordered, and set a manual clock back to its start.

    With a loop's key, that loop alone begins anew; its keys stay, and so does all else.
    """
    emulator = get_emulator(request)
    body = parse_body(Reset, await read_body(request, FEW_BYTES) or b"{}", "BadRequest")
    with as_bad_request():
        await validate_policy_aside(body.policy or "")
        if is_for_server(request):
            emulator.reset(body.apply_to(emulator.service.loops.settings))
        else:
            hosted = find_hosted(request)
            emulator.reset_loop(hosted.name, body.apply_to(hosted.settings))
    return empty_reply()
