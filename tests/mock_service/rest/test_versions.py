"""Every operation under every version it exists in, and nowhere else."""

import httpx2
import pytest

from tests.helpers.servers import ARTICLES, Endpoint

VERSIONS = ["v1.0", "v1.1-preview.1", "v1.1-preview.2", "v1.1-preview.3"]
NEWEST = "2022-09-01-preview"


@pytest.mark.parametrize("version", VERSIONS)
def test_rank_reward_and_activate_in_every_path_version(endpoint: Endpoint, version: str) -> None:
    """201, 204, 204."""
    base = f"/personalizer/{version}"
    ranked = endpoint.post(f"{base}/rank", {"actions": ARTICLES, "eventId": "e"})

    assert ranked.status_code == 201
    assert endpoint.post(f"{base}/events/e/reward", {"value": 0}).status_code == 204
    assert endpoint.post(f"{base}/events/e/activate").status_code == 204


def test_the_newest_version_is_named_in_the_query(endpoint: Endpoint) -> None:
    """Beside whatever else is there."""
    for query in (f"api-version={NEWEST}", f"x=1&api-version={NEWEST}"):
        reply = endpoint.post(f"/personalizer/rank?{query}", {"actions": ARTICLES})

        assert reply.status_code == 201


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "MissingApiVersionParameter"),
        ("?api-version=", "MissingApiVersionParameter"),
        ("?api-version=2020-01-01", "UnsupportedApiVersionValue"),
    ],
)
def test_a_missing_or_unknown_version_is_said(endpoint: Endpoint, query: str, code: str) -> None:
    """400, and the code in a header too."""
    reply = endpoint.post(f"/personalizer/rank{query}", {"actions": ARTICLES})

    assert (reply.status_code, reply.json()["error"]["code"]) == (400, code)
    assert reply.headers["x-ms-error-code"] == code


@pytest.mark.parametrize(
    ("method", "path", "versions"),
    [
        ("POST", "/multislot/rank", VERSIONS[1:]),
        ("POST", "/multislot/events/e/reward", VERSIONS[1:]),
        ("POST", "/configurations/applyFromEvaluation", VERSIONS[1:]),
        ("POST", "/logs/interactions", VERSIONS[2:]),
        ("POST", "/logs/observations", VERSIONS[2:]),
        ("PUT", "/model", VERSIONS[3:]),
    ],
)
def test_an_operation_is_found_where_it_exists(
    endpoint: Endpoint, method: str, path: str, versions: list[str]
) -> None:
    """400 for an empty body there; 404 or 405 before it existed."""
    for version in VERSIONS:
        reply = endpoint.send(method, f"/personalizer/{version}{path}", content=b"")

        assert (reply.status_code in {404, 405}) is (version not in versions)


def test_a_signed_model_is_not_offered_before_it_existed(endpoint: Endpoint) -> None:
    """The query is ignored."""
    signed = [
        endpoint.send("GET", f"/personalizer/{version}/model?signed=true").headers[
            "content-disposition"
        ]
        for version in VERSIONS
    ]

    assert ["zip" in header for header in signed] == [False, False, False, True]


def test_a_model_is_binary_even_for_those_who_accept_json(endpoint: Endpoint) -> None:
    """As a client has been seen to ask."""
    reply = httpx2.get(
        f"{endpoint.url}/personalizer/v1.1-preview.3/model?signed=false",
        headers={"Ocp-Apim-Subscription-Key": endpoint.key, "Accept": "application/json"},
    )

    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/octet-stream")
    assert reply.headers["content-disposition"].endswith("filename*=UTF-8''model.vw")
    assert "last-modified" in reply.headers
