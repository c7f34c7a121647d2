"""Whether the server is up: what a container's health check and a browser ask."""

from fastapi import APIRouter
from starlette.responses import Response

from mock_service.rest.responses import json_reply
from mock_service.rest.versions import ALL

router = APIRouter(tags=["Status"])


@router.get("/status", operation_id="Status")
async def status() -> Response:
    """Say that the service runs."""
    return json_reply(
        200, {"service": "personalizer", "apiStatus": "Valid", "apiStatusMessage": "Running"}
    )


for version in ALL:  # as clients ask for it that know one base path, with a key
    router.add_api_route(
        f"{version.prefix}/status",
        status,
        methods=["GET"],
        operation_id=f"Status_{version.name}",
        summary="Status",
    )


@router.get("/", include_in_schema=False)
async def welcome() -> Response:
    """Say what this is and where to go on."""
    return json_reply(
        200,
        {
            "service": "personalizer-lab: a local Personalizer",
            "try": "POST /personalizer/v1.0/rank",
            "documentation": "/docs",
        },
    )
