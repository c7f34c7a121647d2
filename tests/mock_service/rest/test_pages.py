"""Pages in a real browser: what one of another origin gains here, and what an application's may."""

import functools
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode, urlsplit

import httpx2
import pytest

from tests.helpers.browser import Window, at
from tests.helpers.servers import ARTICLES, Endpoint, served_by_command

pytestmark = pytest.mark.browser

FLAGS = ("--host-resolver-rules=MAP evil.example 127.0.0.1", "--ignore-certificate-errors")
SITE = Path(__file__).parent
V1 = "/personalizer/v1.0"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing about it."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def site() -> Iterator[int]:
    """Serve the page on a free port of this machine, and give the port."""
    handler = functools.partial(Quiet, directory=str(SITE))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def visit(window: Window, page: str, lab: Endpoint, **more: str) -> dict[str, object]:
    """Let the page at an origin do its work on a server, and return what it could read."""
    query = urlencode({"url": lab.url, "key": lab.key, **more})
    window.driver.get(f"{page}/page.html?{query}")
    window.wait_until("window.results !== undefined")
    results = window.evaluate("window.results")
    assert isinstance(results, dict)
    return results


def seen(lab: Endpoint, folder: Path) -> dict[str, object]:
    """Return all that a page could have changed: what the server says, and its files."""
    with httpx2.Client(verify=False, headers={"Ocp-Apim-Subscription-Key": lab.key}) as client:
        said: dict[str, object] = {
            path: client.get(lab.url + path).json()
            for path in (
                "/mock/calls",
                "/mock/decisions",
                "/mock/loops",
                "/mock/faults",
                "/mock/choices",
                "/mock/seed",
            )
        }
        learning = client.get(f"{lab.url}/mock/learning").json()
    said["learning"] = {
        name: value for name, value in learning.items() if name not in {"now", "modelAgeSeconds"}
    }
    said["files"] = {path.name for path in folder.iterdir()}
    said["rows"] = rows(folder)
    return said


def rows(folder: Path) -> list[str]:
    """Return all that a data folder holds: its files change with every checkpoint of the server."""
    with TemporaryDirectory() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        with closing(sqlite3.connect(Path(copy) / "personalizer-lab.sqlite3")) as database:
            return list(database.iterdump())


@pytest.mark.parametrize("options", [(), ("--tls",)], ids=["http", "tls"])
def test_a_page_of_another_origin_reads_and_changes_nothing(
    options: tuple[str, ...], tmp_path: Path
) -> None:
    """By fetch, forms, images, scripts, beacons, EventSource, or a name of its own."""
    with site() as port, served_by_command(*options, "--data-dir", str(tmp_path)) as lab:
        with httpx2.Client(verify=False) as client:
            headers = {"Ocp-Apim-Subscription-Key": lab.key}
            body = {"actions": ARTICLES, "eventId": "mine"}
            assert client.post(f"{lab.url}{V1}/rank", json=body, headers=headers).status_code == 201
        before = seen(lab, tmp_path)
        with at("about:blank", *FLAGS) as window:
            results = visit(window, f"http://evil.example:{port}", lab)
            answers = [answer for answer in window.statuses() if answer[0].startswith(lab.url)]
            own = urlsplit(lab.url)
            window.driver.get(f"{own.scheme}://evil.example:{own.port}/docs")
            rebound = window.statuses()
        after = seen(lab, tmp_path)

    assert len(results) > 80
    assert {name: read for name, read in results.items() if read is not None} == {}
    assert len(answers) > 60
    assert {status for _, status in answers} == {403}
    assert {status for _, status in rebound} == {421}
    assert after == before


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_page_of_this_machine_ranks_and_rewards(host: str) -> None:
    """And reaches the control plane no more than others."""
    with site() as port, served_by_command() as lab, at("about:blank", *FLAGS) as window:
        results = visit(window, f"http://{host}:{port}", lab, application="yes")
        learned = lab.send("GET", "/mock/learning").json()

    check_application(results, learned)


def test_a_page_of_an_origin_that_was_named_ranks_and_rewards() -> None:
    """Wherever it is from."""
    with site() as port:
        origin = f"http://evil.example:{port}"
        with (
            served_by_command("--allow-origin", origin) as lab,
            at("about:blank", *FLAGS) as window,
        ):
            results = visit(window, origin, lab, application="yes")
            learned = lab.send("GET", "/mock/learning").json()

    check_application(results, learned)


def check_application(results: dict[str, object], learned: dict[str, object]) -> None:
    """Hold what a page could do against what an application's page may."""
    statuses = {name: read[0] if isinstance(read, list) else None for name, read in results.items()}
    assert statuses == {"rank": 201, "reward": 204, "error": 401, "control": None}
    assert (learned["decisions"], learned["trained"]) == (1, 1)
