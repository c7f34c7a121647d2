"""Which pages may call, and what of the answer they may read."""

from collections.abc import Iterator

import httpx2
import pytest
from starlette.responses import Response

from mock_service.app import build_app
from mock_service.build import build_emulator
from mock_service.settings import DEVELOPMENT_KEY, Settings
from mock_service.testing.server import ServerThread
from tests.helpers.command_line import command
from tests.helpers.servers import ARTICLES, Endpoint, served

RANK = "/personalizer/v1.0/rank"
LOCAL = [
    "http://localhost:3000",
    "https://localhost",
    "http://app.localhost:8080",
    "http://127.0.0.1:1",
    "https://127.9.9.9:8443",
    "http://[::1]:3000",
]
NAMED = ["https://app.example", "http://intranet:8080"]
FOREIGN = [
    "null",
    "",
    "https://evil.example",
    "http://app.example",
    "https://app.example:8443",
    "https://app.example.evil.example",
    "http://localhost.evil.example",
    "http://127.0.0.1.nip.io:3000",
    "http://evil.example@localhost",
    "http://localhost:3000/path",
    "http://localhost:3000 http://evil.example",
    "ftp://localhost",
    "chrome-extension://localhost",
    "localhost:3000",
    "file://",
]
CORS = "access-control-allow-origin"


@pytest.fixture(scope="module")
def lab() -> Iterator[Endpoint]:
    """Serve pages of two origins besides those of loopback."""
    with served(Settings(allow_origins=tuple(NAMED))) as running:
        yield running


def rank(lab: Endpoint, headers: dict[str, str], *, key_in: str = "header") -> httpx2.Response:
    """Rank with the key in the header or the query."""
    query = f"?subscription-key={lab.key}" if key_in == "query" else ""
    sent = {"Ocp-Apim-Subscription-Key": lab.key} if key_in == "header" else {}
    return httpx2.post(
        lab.url + RANK + query, json={"actions": ARTICLES}, headers={**sent, **headers}
    )


@pytest.mark.parametrize("site", ["cross-site", "Cross-Site", "", "cross-site, none", "other"])
def test_only_what_browsers_say_of_near_pages_is_let_through(lab: Endpoint, site: str) -> None:
    """Whatever else they may come to say."""
    near = rank(lab, {"Sec-Fetch-Site": "same-site"})
    other = rank(lab, {"Sec-Fetch-Site": site})

    assert (near.status_code, other.status_code) == (201, 403)


@pytest.mark.parametrize("key_in", ["header", "query"])
@pytest.mark.parametrize("origin", [*LOCAL, *NAMED])
def test_an_admitted_page_ranks_and_reads(lab: Endpoint, origin: str, key_in: str) -> None:
    """The answer names its origin, wherever the key was."""
    reply = rank(lab, {"Origin": origin, "Sec-Fetch-Site": "cross-site"}, key_in=key_in)

    assert (reply.status_code, reply.headers[CORS]) == (201, origin)
    assert "origin" in reply.headers["vary"].lower()


@pytest.mark.parametrize("key_in", ["header", "query"])
@pytest.mark.parametrize("origin", FOREIGN)
def test_any_other_page_is_refused_before_anything_happens(
    lab: Endpoint, origin: str, key_in: str
) -> None:
    """No decision, no line in the journal, and nothing it can read."""
    before = lab.send("GET", "/mock/learning").json()["decisions"]
    calls = lab.send("GET", "/mock/calls").json()["calls"]

    reply = rank(lab, {"Origin": origin}, key_in=key_in)

    assert reply.status_code == 403
    assert reply.json()["error"]["code"] == "403"
    assert not [name for name in reply.headers if name.startswith("access-control")]
    assert lab.send("GET", "/mock/learning").json()["decisions"] == before
    assert lab.send("GET", "/mock/calls").json()["calls"] == calls


@pytest.mark.parametrize(
    ("path", "key", "status"), [(RANK, "wrong", 401), ("/personalizer/v9/rank", None, 404)]
)
def test_errors_can_be_read_too(lab: Endpoint, path: str, key: str | None, status: int) -> None:
    """A page under test has to see what went wrong."""
    reply = httpx2.post(
        lab.url + path,
        headers={"Origin": LOCAL[0], "Ocp-Apim-Subscription-Key": key or lab.key},
    )

    assert (reply.status_code, reply.headers[CORS]) == (status, LOCAL[0])


def test_a_fault_can_be_read_too(lab: Endpoint) -> None:
    """As the service's own errors."""
    lab.post("/mock/faults", {"operation": "rank", "status": 500})

    reply = rank(lab, {"Origin": LOCAL[0]})

    assert (reply.status_code, reply.headers[CORS]) == (500, LOCAL[0])


def test_a_defect_of_the_server_can_be_read_too() -> None:
    """With the gateway's headers, and without its insides."""

    async def fail() -> Response:
        raise RuntimeError("a defect")

    emulator = build_emulator(Settings())
    app = build_app(emulator, control=True)
    app.add_api_route("/defect", fail)
    server = ServerThread(app)
    server.start()
    try:
        reply = httpx2.get(
            f"http://127.0.0.1:{server.port}/defect",
            headers={"Origin": LOCAL[0], "Ocp-Apim-Subscription-Key": DEVELOPMENT_KEY},
        )
    finally:
        server.stop()

    assert (reply.status_code, reply.headers[CORS]) == (500, LOCAL[0])
    assert "apim-request-id" in reply.headers
    assert "a defect" not in reply.text


@pytest.mark.parametrize("origin", [*LOCAL, *NAMED, *FOREIGN])
def test_a_preflight_is_answered_for_those_who_may_call(lab: Endpoint, origin: str) -> None:
    """With the headers it asked for, and for a local network if it asks for that."""
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,ocp-apim-subscription-key",
        "Access-Control-Request-Private-Network": "true",
    }
    reply = httpx2.options(lab.url + RANK, headers=asked)
    control = httpx2.options(f"{lab.url}/mock/reset", headers=asked)

    allowed = origin not in FOREIGN
    assert reply.status_code == (200 if allowed else 403)
    assert reply.headers.get(CORS) == (origin if allowed else None)
    assert reply.headers.get("access-control-allow-private-network") == (
        "true" if allowed else None
    )
    assert (control.status_code, control.headers.get(CORS)) == (403, None)


CONTROL = [
    "/mock/calls",
    "//mock/calls",
    "/%6dock/calls",
    "/loops/default/mock/calls",
    "/loops/default//mock/calls",
    "//loops/default/mock/calls",
    "/loops/blue/mock/calls",
    "/mock/nothing",
    "/mock",
]


@pytest.mark.parametrize("path", CONTROL)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "https://app.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {
            "Sec-Fetch-Site": "cross-site",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
        },
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_no_other_page_reaches_the_control_plane(
    lab: Endpoint, path: str, headers: dict[str, str], kind: str
) -> None:
    """Whatever key it has, and however it writes the path."""
    sent = {**headers, "Ocp-Apim-Subscription-Key": lab.key, "Content-Type": kind}
    with httpx2.Client(base_url=lab.url) as client:
        replies = [
            client.request(method, lab.url + path, headers=sent) for method in ("GET", "POST")
        ]

    assert [reply.status_code for reply in replies] == [403, 403]
    assert not [name for reply in replies for name in reply.headers if "access-control" in name]


@pytest.mark.parametrize("site", ["same-origin", "none", None])
def test_the_servers_own_pages_reach_everything(lab: Endpoint, site: str | None) -> None:
    """As /docs does when somebody tries an operation there."""
    sent = {"Origin": lab.url, "Ocp-Apim-Subscription-Key": lab.key}
    if site is not None:
        sent["Sec-Fetch-Site"] = site

    assert httpx2.get(f"{lab.url}/mock/calls", headers=sent).status_code == 200
    assert httpx2.post(f"{lab.url}/mock/snapshot", headers=sent).status_code == 200
    assert rank(lab, sent).status_code == 201


def test_links_lead_to_what_anyone_may_read(lab: Endpoint) -> None:
    """And neither frames nor pictures do."""
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    statuses = {
        (path, dest): httpx2.get(
            lab.url + path, headers={**link, "Sec-Fetch-Dest": dest}
        ).status_code
        for path in ("/", "/docs", "/personalizer/v1.0/model")
        for dest in ("document", "iframe")
    }

    assert {index for index, status in statuses.items() if status == 200} == {
        ("/", "document"),
        ("/docs", "document"),
    }


def test_every_page_may_call_if_somebody_says_so() -> None:
    """Except for the control plane."""
    with served(Settings(allow_origins=("*",))) as lab:
        for origin in ("https://evil.example", "null", "http://localhost:3000"):
            reply = rank(lab, {"Origin": origin})
            control = httpx2.get(
                f"{lab.url}/mock/calls",
                headers={"Origin": origin, "Ocp-Apim-Subscription-Key": lab.key},
            )

            assert (reply.status_code, reply.headers[CORS]) == (201, "*")
            assert (control.status_code, control.headers.get(CORS)) == (403, None)


def test_a_token_that_nobody_checks_is_of_no_use_to_a_page() -> None:
    """The rules hold whatever the key."""
    with served(Settings(accept_bearer=True)) as lab:
        sent = {"Authorization": "Bearer x", "Origin": "https://evil.example"}
        reply = httpx2.post(lab.url + RANK, json={"actions": ARTICLES}, headers=sent)

    assert reply.status_code == 403


def test_no_browser_is_told_to_insist_on_https(lab: Endpoint) -> None:
    """On localhost that would hold for every server there."""
    replies = [rank(lab, {}), httpx2.get(f"{lab.url}/docs"), httpx2.post(lab.url + RANK)]

    assert not [reply for reply in replies if "strict-transport-security" in reply.headers]


@pytest.mark.parametrize(
    "origin",
    [
        "app.example",
        "https://app.example/path",
        "https://",
        "null",
        "",
        "https://a b",
        "**",
        "https://*.example",
    ],
)
def test_what_is_no_origin_is_refused_in_one_line(origin: str) -> None:
    """Before anything starts."""
    ended = command("serve", "--port", "0", "--in-memory", "--allow-origin", origin)

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert "--allow-origin" in ended.err
