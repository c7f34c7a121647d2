"""Begin anew without starting again."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from mock_service.control.reach import FEW_BYTES, ControlBody, bench_of, refusing
from mock_service.learning.trial import validate_policy_aside
from mock_service.loop.configuration import Mode
from mock_service.rest.bodies import parsed, read_body
from mock_service.rest.documentation import ERRORS, body_of
from mock_service.rest.replies import empty_reply
from mock_service.rest.routing import DirectRoute
from mock_service.rest.service import hosted_of, is_for_server
from mock_service.settings import LoopSettings

router = APIRouter(prefix="/mock", tags=["Reset (mock)"], route_class=DirectRoute)


class Reset(ControlBody):
    """Settings that the fresh loop has; what is left out stays as it was."""

    mode: Mode | None = None
    policy: str | None = None
    seed: str | None = None
    exploration_percentage: Annotated[float | None, Field(ge=0, le=1)] = None

    def over(self, settings: LoopSettings) -> LoopSettings:
        """Return `settings` with what was given."""
        configuration = settings.configuration
        if self.exploration_percentage is not None:
            configuration = replace(configuration, exploration=self.exploration_percentage)
        return LoopSettings(
            mode=self.mode or settings.mode,
            policy=settings.policy if self.policy is None else self.policy,
            seed=settings.seed if self.seed is None else self.seed,
            configuration=configuration,
        )


@router.post(
    "/reset",
    operation_id="Mock_Reset",
    status_code=204,
    responses=ERRORS,
    openapi_extra=body_of(Reset, required=False),
)
async def reset(request: Request) -> Response:
    """Forget all that was learned, noted and ordered, and set a manual clock back to its start.

    With a loop's key, that loop alone begins anew; its keys stay, and so does all else.
    """
    bench = bench_of(request)
    body = parsed(Reset, await read_body(request, FEW_BYTES) or b"{}", "BadRequest")
    with refusing():
        await validate_policy_aside(body.policy or "")
        if is_for_server(request):
            bench.reset(body.over(bench.service.settings))
        else:
            hosted = hosted_of(request)
            bench.reset_loop(hosted.name, body.over(hosted.settings))
    return empty_reply()
