"""Evaluations and feature importances over HTTP, in both shapes and in the background."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mock_service.settings import Settings
from tests.helpers.evaluation_client import (
    ALWAYS,
    OLD,
    QUICK,
    answered,
    live_through,
    newest,
    question,
)
from tests.helpers.servers import Endpoint, served

EVALUATIONS = f"{OLD}/evaluations"
MINE = {"name": "mine", "arguments": QUICK}


@pytest.fixture(scope="module")
def lived() -> Iterator[Endpoint]:
    """Serve a loop that has seen 120 events."""
    with served() as endpoint:
        live_through(endpoint, 120)
        yield endpoint


def code(endpoint: Endpoint, method: str, path: str, body: object = None) -> tuple[int, str]:
    """Return the status and error code of a reply."""
    reply = endpoint.send(method, path, body)
    return reply.status_code, reply.json()["error"]["code"] if reply.content else ""


def test_an_evaluation_is_pending_and_then_completed(lived: Endpoint) -> None:
    """Created with a relative location, at which the answer is found."""
    created = lived.post(EVALUATIONS, question("first", policies=[MINE]))

    location = created.headers["location"]
    shown = created.json()
    assert created.status_code == 201
    assert re.fullmatch(rf"{EVALUATIONS}/[0-9a-f-]{{36}}", location)
    assert shown | {"id": "", "jobId": "", "creationTime": ""} == {
        "id": "",
        "name": "first",
        **ALWAYS,
        "jobId": "",
        "status": "pending",
        "policyResults": [],
        "featureImportance": [],
        "evaluationType": "Manual",
        "optimalPolicy": "",
        "creationTime": "",
    }
    found = answered(lived, location)
    names = [one["name"] for one in found["policyResults"]]
    online = found["policyResults"][0]
    assert (found["status"], found["jobId"]) == ("completed", found["id"])
    assert names == ["online", "Baseline1", "BaselineRand", "mine"]
    assert online["totalSummary"]["ipsEstimatorDenominator"] == 120
    assert {one["aggregateTimeWindow"] for one in online["summary"]} == {
        *("PT5M", "PT1H", "PT6H", "P1D")
    }
    assert ["j", "topic"] in found["featureImportance"]


def test_lists_show_the_latest_first_with_totals_only(lived: Endpoint) -> None:
    """A bare array in the older versions."""
    for name in ("earlier", "later"):
        answered(lived, lived.post(EVALUATIONS, question(name)).headers["location"])

    listed = lived.send("GET", "/personalizer/v1.0/evaluations").json()

    assert [one["name"] for one in listed[:2]] == ["later", "earlier"]
    assert listed[0]["policyResults"][0].keys() == {
        *("name", "arguments", "policySource", "totalSummary")
    }


def test_the_newest_shape_has_series_of_the_time_that_is_asked_for(lived: Endpoint) -> None:
    """200 without a body, then running, then content."""
    put = lived.send("PUT", newest("evaluations", "ev 1"), question(policies=[MINE]))
    again = code(lived, "PUT", newest("evaluations", "ev 1"), question())
    found = answered(lived, newest("evaluations", "ev 1", **ALWAYS))
    rolling = {**ALWAYS, "intervalInMinutes": "60", "window": "Rolling"}
    hours = lived.send("GET", newest("evaluations", "ev 1", **rolling)).json()["content"]
    before = {"startTime": "2020-01-01T00:00:00Z", "endTime": "2021-01-01T00:00:00Z"}
    nothing = lived.send("GET", newest("evaluations", "ev 1", **before)).json()["content"]

    assert (put.status_code, put.content, again) == (200, b"", (400, "EvaluationAlreadyExists"))
    assert (found["status"], found["evaluationType"]) == ("Succeeded", "Manual")
    series = found["content"]["value"][3]
    assert (series["name"], series["policySource"]) == ("mine", "Custom")
    assert series["timeseries"]["data"][-1]["expectedReward"] == pytest.approx(
        series["summary"]["expectedReward"]
    )
    assert (hours["intervalInMinutes"], len(hours["value"])) == (60, 4)
    names = [(one["name"], one["slotId"]) for one in hours["value"]]
    assert names == [("online", ""), ("baseline1", ""), ("baselineRand", ""), ("mine", "")]
    assert found["optimalPolicy"] in {"online", "mine"}
    assert nothing["value"][0]["timeseries"]["data"] == []
    assert nothing["value"][0]["summary"]["expectedReward"] == 0


def test_lists_of_the_newest_version_come_in_pages(lived: Endpoint) -> None:
    """Each with a link to the next, until the last one."""
    for number in range(3):
        lived.send("PUT", newest("evaluations", f"page{number}"), question(f"page {number}"))
    path: str | None = newest("evaluations", maxpagesize="1", filter="evaluationType eq 'Manual'")
    ids = []
    while path:
        body = lived.send("GET", path.removeprefix(lived.url)).json()
        ids += [one["id"] for one in body["value"]]
        path = body.get("nextLink")
    top = lived.send("GET", newest("evaluations", top="2")).json()
    none = lived.send("GET", newest("evaluations", filter="evaluationType eq 'Auto'")).json()

    assert ids[:3] == ["page2", "page1", "page0"]
    assert len(ids) == len(set(ids))
    assert (len(top["value"]), "nextLink" in top, none) == (2, False, {"value": []})


def test_feature_importances_are_scored_from_one_down(lived: Endpoint) -> None:
    """Put, running, succeeded, listed, deleted."""
    path = newest("featureImportances", "fi")
    put = lived.send("PUT", path, {"name": "what matters", **ALWAYS})
    again = code(lived, "PUT", path, {"name": "what matters", **ALWAYS})
    found = answered(lived, path)
    listed = lived.send("GET", newest("featureImportances")).json()["value"]
    deleted = lived.send("DELETE", path)

    scores = found["featureScores"]
    figures = [one["score"] for one in scores]
    assert (put.status_code, put.content) == (200, b"")
    assert again == (400, "FeatureImportanceAlreadyExists")
    assert scores[0] == {"namespace": "j", "featureName": "topic", "score": 1.0}
    assert figures == sorted(figures, reverse=True)
    assert [(one["id"], one["status"]) for one in listed] == [("fi", "Succeeded")]
    assert deleted.status_code == 204
    assert code(lived, "GET", path) == (404, "FeatureImportanceNotFound")
    assert code(lived, "DELETE", path) == (404, "FeatureImportanceNotFound")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": None}, "InvalidEvaluationContract"),
        ({"policies": None}, "InvalidEvaluationContract"),
        ({"startTime": "soon"}, "InvalidEvaluationContract"),
        ({"startTime": ALWAYS["endTime"]}, "InvalidDateTimesInEvaluationContract"),
        ({"startTime": "0001-01-01T00:00:00+05:00"}, "InvalidDateTimesInEvaluationContract"),
        ({"endTime": "2021-01-01T00:00:00Z"}, "NoLogsExistInDateRange"),
        ({"policies": [MINE, MINE]}, "DuplicateCustomPolicyNames"),
        ({"policies": [{**MINE, "name": "online"}]}, "DuplicateCustomPolicyNames"),
        (
            {"policies": [{**MINE, "name": f"p{n}"} for n in range(11)]},
            "MaximumEvaluationCustomPoliciesExceeded",
        ),
        ({"policies": [{**MINE, "arguments": "-f /tmp/x"}]}, "InvalidEvaluationContract"),
        ({"policies": [{**MINE, "arguments": f"{QUICK} -b 99"}]}, "InvalidEvaluationContract"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_by_its_code(
    lived: Endpoint, change: dict[str, object], expected: str
) -> None:
    """In both shapes, and nothing is kept."""
    body = question() | change

    assert code(lived, "POST", EVALUATIONS, body) == (400, expected)
    assert code(lived, "PUT", newest("evaluations", "refused"), body) == (400, expected)
    assert code(lived, "GET", newest("evaluations", "refused", **ALWAYS)) == (
        *(404, "EvaluationNotFound"),
    )


def test_a_log_too_long_to_evaluate_is_refused(
    lived: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up to the limit it is taken; here the limit is what the loop has seen, and one less."""
    monkeypatch.setattr("mock_service.rest.evaluation_common.MAX_EVENTS", 120)
    assert lived.post(EVALUATIONS, question("all")).status_code == 201
    monkeypatch.setattr("mock_service.rest.evaluation_common.MAX_EVENTS", 119)
    refused = code(lived, "POST", EVALUATIONS, question("one too many"))
    assert refused == (400, "LogsSizeExceedAllowedLimit")


@pytest.mark.parametrize(
    "query",
    [
        {},
        {**ALWAYS, "window": "Sliding"},
        {**ALWAYS, "intervalInMinutes": "7"},
        {**ALWAYS, "intervalInMinutes": "60"},
    ],
)
def test_a_series_that_does_not_exist_is_a_bad_request(
    lived: Endpoint, query: dict[str, str]
) -> None:
    """As is a page that cannot be."""
    assert code(lived, "GET", newest("evaluations", "any", **query)) == (400, "BadRequest")
    assert code(lived, "GET", newest("evaluations", top="-1")) == (400, "BadRequest")
    assert code(lived, "GET", newest("evaluations", filter="x")) == (400, "BadRequest")


def test_an_older_evaluation_is_not_for_the_newest_version(lived: Endpoint) -> None:
    """And one of the newest is for all."""
    id_ = lived.post(EVALUATIONS, question()).json()["id"]
    lived.send("PUT", newest("evaluations", "new"), question())

    assert code(lived, "GET", newest("evaluations", id_, **ALWAYS)) == (
        *(405, "IncompatibleEvaluationVersion"),
    )
    assert answered(lived, f"{EVALUATIONS}/new")["status"] == "completed"


def test_deleting_is_harmless_in_older_versions_and_checked_in_the_newest(lived: Endpoint) -> None:
    """204 again and again; 404 the second time."""
    id_ = lived.post(EVALUATIONS, question()).json()["id"]

    older = [lived.send("DELETE", f"{EVALUATIONS}/{id_}").status_code for _ in range(2)]

    assert older == [204, 204]
    assert code(lived, "GET", f"{EVALUATIONS}/{id_}") == (404, "EvaluationNotFound")
    assert code(lived, "DELETE", newest("evaluations", id_)) == (404, "EvaluationNotFound")


def test_a_found_policy_is_applied() -> None:
    """With the search; what is no policy of the evaluation is not."""
    apply = f"{OLD}/configurations/applyFromEvaluation"
    with served() as endpoint:
        live_through(endpoint, 300)
        body = question(enableOfflineExperimentation=True)
        location = endpoint.post(EVALUATIONS, body).headers["location"]
        id_ = location.rsplit("/", 1)[1]

        def applied(evaluation: str, policy: str) -> tuple[int, str]:
            wanted = {"evaluationId": evaluation, "policyName": policy}
            return code(endpoint, "POST", apply, wanted)

        early = applied(id_, "online")
        results = {one["name"]: one for one in answered(endpoint, location)["policyResults"]}
        refused = [applied("none", "online"), applied(id_, "none"), applied(id_, "Baseline1")]
        done = applied(id_, "Hyper1")
        policy = endpoint.send("GET", f"{OLD}/configurations/policy").json()["arguments"]

    assert early == (404, "EvaluationModelNotFound")
    assert refused == [
        (404, "EvaluationNotFound"),
        (404, "LearningSettingsNotFound"),
        (404, "LearningSettingsNotFound"),
    ]
    assert (done, policy) == ((204, ""), results["Hyper1"]["arguments"])
    assert results["Hyper1"]["policySource"] == "OfflineExperimentation"
    assert results["Hyper1"]["totalSummary"]["ipsEstimatorDenominator"] == 90


def test_without_logs_v1_0_completes_at_once() -> None:
    """With nothing in it, as recorded."""
    with served() as endpoint:
        created = endpoint.post("/personalizer/v1.0/evaluations", question())

    assert (created.status_code, created.json()["status"]) == (201, "completed")
    assert created.json()["policyResults"] == []


def test_a_server_that_ends_leaves_its_questions_to_the_next(tmp_path: Path) -> None:
    """And answers stay answered."""
    settings = Settings(data_folder=tmp_path)
    with served(settings) as endpoint:
        live_through(endpoint, 50)
        location = endpoint.post(EVALUATIONS, question("left over")).headers["location"]
    with served(settings) as endpoint:
        found = answered(endpoint, location)
    with served(settings) as endpoint:
        kept = endpoint.send("GET", location).json()

    assert (found["status"], found["name"]) == ("completed", "left over")
    assert kept == found


def test_evaluations_end_with_their_loop() -> None:
    """A loop of the same name has none; another loop's are its own."""
    with served() as endpoint:
        live_through(endpoint, 20)
        location = endpoint.post(EVALUATIONS, question()).headers["location"]
        answered(endpoint, location)
        endpoint.post("/mock/reset")

        assert code(endpoint, "GET", location) == (404, "EvaluationNotFound")
        assert endpoint.send("GET", EVALUATIONS).json() == []
