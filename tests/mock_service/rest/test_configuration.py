"""The service configuration: what each version shows and wants, and which rules hold."""

from datetime import UTC, datetime

import pytest

from mock_service.settings import Settings
from tests.helpers.servers import ARTICLES, Endpoint, served

SIX: dict[str, object] = {
    "rewardWaitTime": "PT10M",
    "defaultReward": 0.0,
    "rewardAggregation": "earliest",
    "explorationPercentage": 0.2,
    "modelExportFrequency": "PT5M",
    "logRetentionDays": 90,
}
SEVEN = {**SIX, "modelRetrainDays": 2}
V1 = "/personalizer/v1.0/configurations/service"
PREVIEW = "/personalizer/v1.1-preview.3/configurations/service"
NEWEST = "/personalizer/configurations/service?api-version=2022-09-01-preview"


def put(endpoint: Endpoint, path: str, body: object) -> tuple[int, str]:
    """Return the status of a PUT, and its error code."""
    reply = endpoint.send("PUT", path, body)
    return reply.status_code, reply.json().get("error", {}).get("code", "")


def test_a_new_loop_has_the_defaults_of_a_new_resource(endpoint: Endpoint) -> None:
    """Field by field, without those nobody has set."""
    shown = endpoint.send("GET", NEWEST).json()
    edited, start = shown.pop("lastConfigurationEditDate"), shown.pop("autoOptimizationStartDate")

    assert shown == SEVEN | {
        "learningMode": "Online",
        "isAutoOptimizationEnabled": True,
        "autoOptimizationFrequency": "P28D",
        "isInferenceExplainabilityEnabled": False,
    }
    assert edited.endswith("Z")
    assert start.endswith("Z")


def test_each_version_shows_its_own_fields(endpoint: Endpoint) -> None:
    """Six, eleven, thirteen."""
    assert endpoint.send("GET", V1).json() == SIX
    assert len(endpoint.send("GET", PREVIEW).json()) == 11
    assert len(endpoint.send("GET", NEWEST).json()) == 13


@pytest.mark.parametrize(("path", "body"), [(V1, SIX), (PREVIEW, SIX), (NEWEST, SEVEN)])
def test_each_version_wants_its_own_fields(
    endpoint: Endpoint, path: str, body: dict[str, object]
) -> None:
    """And no fewer."""
    assert put(endpoint, path, body) == (200, "")
    for name in body:
        fewer = {key: value for key, value in body.items() if key != name}
        assert put(endpoint, path, fewer) == (400, "InvalidServiceConfiguration")


def test_optional_fields_that_are_left_out_are_kept() -> None:
    """Also by a version that does not know them; the edit date is the server's."""
    sas = "https://a.blob.core.windows.net/c?se=2020-08-13T00%3A00Z&sp=rwl&sig=s"
    more = {
        "logMirrorEnabled": True,
        "logMirrorSasUri": sas,
        "learningMode": "Apprentice",
        "isAutoOptimizationEnabled": False,
        "autoOptimizationFrequency": "P7D",
        "autoOptimizationStartDate": "2030-01-02T03:04:05",
        "isInferenceExplainabilityEnabled": True,
    }
    with served() as endpoint:
        endpoint.send(
            "PUT",
            PREVIEW,
            {**SIX, **more, "lastConfigurationEditDate": "1999-01-01T00:00:00Z"},
        )
        assert put(endpoint, V1, SIX) == (200, "")
        kept = endpoint.send("GET", PREVIEW).json()

    assert kept["lastConfigurationEditDate"] > "2000"
    expected = more | {"autoOptimizationStartDate": "2030-01-02T03:04:05Z"}
    assert {name: kept[name] for name in more} == expected


@pytest.mark.parametrize("sent", ["PT15S", "00:00:15", "PT0.25M"])
def test_durations_are_taken_in_both_notations(endpoint: Endpoint, sent: str) -> None:
    """And answered as ISO 8601."""
    reply = endpoint.send("PUT", V1, {**SIX, "rewardWaitTime": sent, "modelExportFrequency": sent})

    assert (reply.json()["rewardWaitTime"], reply.json()["modelExportFrequency"]) == (
        "PT15S",
        "PT15S",
    )


def test_numbers_are_single_precision(endpoint: Endpoint) -> None:
    """As .NET clients send them."""
    reply = endpoint.send("PUT", V1, {**SIX, "explorationPercentage": 0.200000003})

    assert reply.json()["explorationPercentage"] == 0.2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"rewardWaitTime": "PT4S"}, "InvalidRewardWaitTime"),
        ({"rewardWaitTime": "P3D"}, "InvalidRewardWaitTime"),
        ({"rewardWaitTime": "soon"}, "InvalidServiceConfiguration"),
        ({"defaultReward": 1.5}, "InvalidServiceConfiguration"),
        ({"explorationPercentage": -0.1}, "InvalidServiceConfiguration"),
        ({"rewardAggregation": "latest"}, "InvalidServiceConfiguration"),
        ({"modelExportFrequency": "PT0S"}, "InvalidServiceConfiguration"),
        ({"modelExportFrequency": "P999999999D"}, "InvalidServiceConfiguration"),
        ({"logRetentionDays": -2}, "InvalidServiceConfiguration"),
        ({"logRetentionDays": 1}, "InvalidLogRetentionDays"),
        ({"logRetentionDays": 1.5}, "InvalidServiceConfiguration"),
        ({"modelRetrainDays": 91}, "InvalidModelRetrainDays"),
        ({"learningMode": "Sleeping"}, "InvalidServiceConfiguration"),
        ({"autoOptimizationFrequency": "PT1H"}, "InvalidServiceConfiguration"),
        ({"logMirrorSasUri": "http://example.com"}, "InvalidSasUri"),
        ({"logMirrorSasUri": "https://[broken"}, "InvalidSasUri"),
    ],
)
def test_a_broken_rule_is_answered_with_its_code(
    endpoint: Endpoint, change: dict[str, object], code: str
) -> None:
    """And the configuration stays."""
    before = endpoint.send("GET", NEWEST).json()

    assert put(endpoint, NEWEST, SEVEN | change) == (400, code)
    assert endpoint.send("GET", NEWEST).json() == before


@pytest.mark.parametrize("aggregation", ["earliest", "average", "median", "sum", "min", "max"])
def test_all_six_aggregations_are_taken(endpoint: Endpoint, aggregation: str) -> None:
    """The documented two, and those the service's own code knows."""
    assert put(endpoint, V1, {**SIX, "rewardAggregation": aggregation}) == (200, "")


def test_mode_and_rewards_do_not_change_in_one_call() -> None:
    """One after the other they may."""
    with served() as endpoint:
        both = {**SEVEN, "learningMode": "Apprentice", "defaultReward": 0.5}

        assert put(endpoint, NEWEST, both) == (400, "InvalidLearningModeServiceConfiguration")
        assert put(endpoint, NEWEST, {**SEVEN, "learningMode": "Apprentice"}) == (200, "")
        assert put(endpoint, NEWEST, {**SEVEN, "defaultReward": 0.5}) == (200, "")
        assert put(endpoint, NEWEST, {**SEVEN, "learningMode": "LoggingOnly"}) == (200, "")


WAITS = ("PT0S", "PT-1S", "-PT1S", "-P999999999DT1S", "P999999999DT24H", "P3D")


@pytest.mark.parametrize("wait", WAITS)
@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        (V1, SIX, "InvalidServiceConfiguration"),
        (PREVIEW, SIX, "InvalidRewardWaitTime"),
        (NEWEST, SEVEN, "InvalidRewardWaitTime"),
    ],
)
def test_a_wait_out_of_range_is_answered_with_the_range(
    endpoint: Endpoint, path: str, body: dict[str, object], code: str, wait: str
) -> None:
    """However far out, in every version."""
    reply = endpoint.send("PUT", path, body | {"rewardWaitTime": wait})

    assert reply.status_code == 400
    if wait != "PT-1S":  # that is no duration at all
        assert reply.json()["error"]["code"] == code
        assert "5 seconds to two days" in reply.json()["error"]["message"]


@pytest.mark.parametrize("name", ["modelExportFrequency", "autoOptimizationFrequency"])
@pytest.mark.parametrize("length", WAITS[:1] + WAITS[2:5])
def test_other_durations_out_of_range_are_invalid(
    endpoint: Endpoint, name: str, length: str
) -> None:
    """A negative one of a billion days, too."""
    assert put(endpoint, NEWEST, SEVEN | {name: length}) == (400, "InvalidServiceConfiguration")


@pytest.mark.parametrize("days", [2**31 - 1, 3_000_000, 740_000])
def test_days_without_end_reach_back_to_the_beginning(days: int) -> None:
    """The contract has them up to 2147483647; nothing is let go of, and all is learned again."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    forever = {"logRetentionDays": days, "modelRetrainDays": days}
    policy = {"name": "p", "arguments": "--cb_explore_adf --cb_type ips"}
    with served(Settings(manual_clock_from=start)) as endpoint:
        endpoint.rank({"actions": ARTICLES, "eventId": "e"})
        endpoint.post("/personalizer/v1.0/events/e/reward", {"value": 1})

        assert put(endpoint, NEWEST, SEVEN | forever)[0] == 200
        assert endpoint.post("/mock/clock", {"advance": "P9D"}).status_code == 200
        assert endpoint.send("PUT", V1.replace("service", "policy"), policy).status_code == 200
        assert endpoint.send("GET", "/personalizer/v1.0/logs/properties").json()["dateRange"]


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_automatic_optimization_may_start_at_either_end_of_the_calendar(start: str) -> None:
    """Long ago or never."""
    with served(Settings(manual_clock_from=datetime(2026, 1, 1, tzinfo=UTC))) as endpoint:
        body = SEVEN | {"autoOptimizationStartDate": start, "isAutoOptimizationEnabled": True}

        assert put(endpoint, NEWEST, body)[0] == 200
        assert endpoint.post("/mock/clock", {"advance": "P60D"}).status_code == 200
        assert endpoint.send("GET", NEWEST).json()["autoOptimizationStartDate"] == start
