"""The documentation as a page: Swagger UI from files of this package, and from nowhere else."""

from functools import lru_cache
from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import Response

from mock_service.errors import ApiError

router = APIRouter()

_FILES = {
    "start.js": "text/javascript; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "favicon-32x32.png": "image/png",
}
"""All there is below ``/docs/``, and its media type."""

_PAGE = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
"""The page shares an origin with ``/mock/``: it runs what the package holds, inside no other."""


@router.get("/docs", include_in_schema=False)
async def page() -> Response:
    """Show every operation, to look at and to try."""
    return Response(_read("index.html"), headers=_PAGE, media_type="text/html")


@router.get("/docs/{name}", include_in_schema=False)
async def file(name: str) -> Response:
    """Return what the page is made of."""
    if name not in _FILES:
        raise ApiError("ResourceNotFound")
    return Response(_read(name), headers={"Content-Type": _FILES[name]})


@lru_cache(maxsize=8)
def _read(name: str) -> bytes:
    return files("mock_service.rest").joinpath("swagger_ui", name).read_bytes()
