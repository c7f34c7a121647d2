"""The documentation as a page: from the package's own files, and from nowhere else."""

import re
from pathlib import Path

import httpx2
import pytest

from tests.helpers.browser import at
from tests.helpers.servers import Endpoint

TALL = (1280, 30_000)
"""What is out of sight is not drawn."""
FILES = ["start.js", "swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png"]


def test_the_page_allows_what_comes_from_the_server_only(endpoint: Endpoint) -> None:
    """No script or style of its own in it, and no page around it."""
    reply = httpx2.get(f"{endpoint.url}/docs")
    policy = reply.headers["content-security-policy"]

    assert reply.status_code == 200
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert (reply.headers["x-frame-options"], reply.headers["x-content-type-options"]) == (
        "DENY",
        "nosniff",
    )
    assert re.findall(r'(?:src|href)="([^"]+)"', reply.text) == [
        "/docs/swagger-ui.css",
        "/docs/favicon-32x32.png",
        "/docs/swagger-ui-bundle.js",
        "/docs/start.js",
    ]
    assert not re.search(r"<style|<script>| style=| on\w+=", reply.text)


@pytest.mark.parametrize("name", FILES)
def test_its_files_are_of_the_package(endpoint: Endpoint, name: str) -> None:
    """Open to anyone like the page, and taken for nothing else."""
    reply = httpx2.get(f"{endpoint.url}/docs/{name}")

    assert (reply.status_code, reply.headers["x-content-type-options"]) == (200, "nosniff")
    assert b"sourceMappingURL=" not in reply.content[-200:]


@pytest.mark.parametrize(
    "name", ["LICENSE", "index.html", "nothing.js", "..%2fdocs.py", "%2e%2e/docs.py", ""]
)
def test_nothing_else_is_there(endpoint: Endpoint, name: str) -> None:
    """No name leads out of the list."""
    assert httpx2.get(f"{endpoint.url}/docs/{name}").status_code in {307, 401, 404}


def test_the_licence_is_beside_the_files() -> None:
    """With the version that they are of."""
    folder = Path(__file__).parents[3] / "mock_service" / "rest" / "swagger_ui"

    assert "Apache License" in (folder / "LICENSE").read_text(encoding="utf-8")
    assert re.search(r"swagger-ui-dist\) \d+\.\d+\.\d+,", (folder / "README.md").read_text("utf-8"))


@pytest.mark.browser
def test_the_page_shows_every_operation_without_the_internet(endpoint: Endpoint) -> None:
    """And the console has nothing to complain about."""
    paths = httpx2.get(f"{endpoint.url}/openapi.json").json()["paths"].values()
    operations = sum(len(methods) for methods in paths)
    offline = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with at(f"{endpoint.url}/docs", offline, size=TALL) as it:
        it.wait_until(f"document.querySelectorAll('.opblock').length === {operations}")
        rules = it.evaluate("document.styleSheets[0].cssRules.length")
        asked = {url for url in it.requests() if url.startswith("http")}
        complaints = it.complaints()

    assert isinstance(rules, int)
    assert rules > 100
    assert asked == {
        f"{endpoint.url}{path}"
        for path in ("/docs", "/openapi.json", *[f"/docs/{name}" for name in FILES])
    }
    assert complaints == []
