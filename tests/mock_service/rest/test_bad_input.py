"""Bad requests: one clear answer each, and the next good one as if nothing had happened."""

import json
from time import perf_counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.servers import ARTICLES, Endpoint, served

ACTION = {"id": "a", "features": [{"x": 1}]}


def with_feature(text: str) -> str:
    """Return a rank body one of whose features is `text`."""
    return f'{{"actions":[{{"id":"a","features":[{text}]}}]}}'


RAW: dict[str, tuple[bytes | str, str, str]] = {
    "malformed": ('{"actions":[', "BadRequest", "not JSON"),
    "empty": ("", "BadRequest", "not JSON"),
    "not utf-8": (b'{"actions":["\xff"]}', "BadRequest", "not JSON"),
    "500 deep": (with_feature('{"a":' * 500 + "1" + "}" * 500), "BadRequest", "recursion"),
    "100 deep": (with_feature('{"a":' * 100 + "1" + "}" * 100), "InvalidRankRequest", "deeper"),
    "NaN": (with_feature('{"x":NaN}'), "InvalidRankRequest", "finite"),
    "infinity": (with_feature('{"x":-Infinity}'), "InvalidRankRequest", "finite"),
    "1e400": (with_feature('{"x":1e400}'), "InvalidRankRequest", "finite"),
    "long integer": (with_feature('{"x":1' + "0" * 400 + "}"), "InvalidRankRequest", "finite"),
    "1e400 in array": (with_feature('{"x":[1e400]}'), "InvalidRankRequest", "finite"),
    "10 MB": (with_feature('{"x":"' + "y" * 10_000_000 + '"}'), "PayloadSizeExceeded", "Exceeds"),
}

BODIES: dict[str, tuple[object, str]] = {
    "no body object": ([], "should be an object"),
    "no actions": ({}, "actions: Field required"),
    "actions of the wrong type": ({"actions": "a"}, "actions: "),
    "zero actions": ({"actions": []}, "Action count should be between 1 and 50."),
    "51 actions": ({"actions": [ACTION] * 51}, "Action count should be between 1 and 50."),
    "null action": ({"actions": [None]}, "Actions contains null value."),
    "empty action id": ({"actions": [{**ACTION, "id": ""}]}, "Action ids must not be empty."),
    "boolean action id": ({"actions": [{**ACTION, "id": True}]}, "actions.0"),
    "long action id": ({"actions": [{**ACTION, "id": "a" * 257}]}, "256"),
    "no features": (
        {"actions": [{"id": "a", "features": []}]},
        "Every action should have at least one non-null action feature.",
    ),
    "null features": (
        {"actions": [{"id": "a", "features": [None]}]},
        "Every action should have at least one non-null action feature.",
    ),
    "null in context": (
        {"actions": [ACTION], "contextFeatures": [None]},
        "Context features contains null value.",
    ),
    "feature not an object": (
        {"actions": [ACTION], "contextFeatures": ["mobile"]},
        "Features are not in key value pair format.",
    ),
    "array of strings": (
        {"actions": [ACTION], "contextFeatures": [{"x": ["a"]}]},
        "Features should not contain array with non-number items.",
    ),
    "empty feature name": (
        {"actions": [ACTION], "contextFeatures": [{"": 1}]},
        "Context features and action features cannot use the empty string as an id.",
    ),
    "empty event id": (
        {"actions": [ACTION], "eventId": ""},
        "EventId should be non-empty or null.",
    ),
    "long event id": ({"actions": [ACTION], "eventId": "e" * 257}, "256"),
    "all excluded": ({"actions": [ACTION], "excludedActions": ["a"]}, "excluded"),
    "deferral of the wrong type": ({"actions": [ACTION], "deferActivation": "yes"}, "boolean"),
}


@pytest.mark.parametrize("case", RAW)
def test_a_bad_text_is_refused(endpoint: Endpoint, case: str) -> None:
    """With the documented code and a message that says what is wrong."""
    content, code, message = RAW[case]

    reply = endpoint.post("/personalizer/v1.0/rank", content=content)

    assert (reply.status_code, reply.json()["error"]["code"]) == (400, code)
    assert message in reply.json()["error"]["message"]


@pytest.mark.parametrize("case", BODIES)
def test_a_bad_body_is_refused_in_the_services_words(endpoint: Endpoint, case: str) -> None:
    """All under the code InvalidRankRequest."""
    body, message = BODIES[case]

    reply = endpoint.rank(body)

    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "InvalidRankRequest")
    assert message in reply.json()["error"]["message"]


def test_bad_requests_change_nothing() -> None:
    """A loop that heard all of them answers like one that heard none."""
    answers = []
    for hears_bad_requests in (True, False):
        with served() as endpoint:
            endpoint.rank({"actions": ARTICLES, "eventId": "e-1"})
            if hears_bad_requests:
                for content, _, __ in RAW.values():
                    endpoint.post("/personalizer/v1.0/rank", content=content)
                for body, _ in BODIES.values():
                    endpoint.rank(body)
                endpoint.post("/personalizer/v1.0/events/e-1/reward", content='{"value":NaN}')
            endpoint.post("/personalizer/v1.0/events/e-1/reward", {"value": 0.5})
            answers.append(endpoint.rank({"actions": ARTICLES, "eventId": "e-2"}).content)

    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    "name", ["_label", "_label_cost", "_labelIndex", "_multi", "_tag", "_slots"]
)
def test_a_name_of_vowpal_wabbits_own_is_ignored(name: str) -> None:
    """The loop learns and answers as if the feature were not there."""
    answers = []
    for extra in ({}, {name: "0:-1000:0.001"}, {name: 1}, {name: [0, 1]}):
        actions = [{**action, "features": [*action["features"], extra]} for action in ARTICLES]
        with served() as endpoint:
            for number in range(5):
                body = {"contextFeatures": [extra, {"x": 1}], "actions": actions}
                reply = endpoint.rank({**body, "eventId": f"e-{number}"})
                endpoint.post(f"/personalizer/v1.0/events/e-{number}/reward", {"value": 0.5})
            answers.append(reply.content)

    assert len(set(answers)) == 1


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(features=JSON_VALUES, context=JSON_VALUES, event_id=JSON_VALUES)
def test_whatever_json_says_the_answer_is_a_ranking_or_one_clear_error(
    endpoint: Endpoint, features: object, context: object, event_id: object
) -> None:
    """Never a 5xx, and a good request is answered right after."""
    body = {
        "actions": [{"id": "a", "features": features}, ACTION],
        "contextFeatures": context,
        "eventId": event_id,
    }

    reply = endpoint.post("/personalizer/v1.0/rank", content=json.dumps(body))

    assert reply.status_code in {201, 400}
    assert reply.status_code == 201 or reply.json()["error"]["message"]
    assert endpoint.rank({"actions": ARTICLES}).status_code == 201


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/personalizer/v1.0/rank", b'{"actions":[%s1]}'),
        ("/personalizer/v1.0/rank", b'{"actions":[],"excludedActions":[%s1]}'),
        ("/personalizer/v1.1-preview.3/multislot/rank", b'{"actions":[],"slots":[%s1]}'),
        ("/personalizer/v1.1-preview.3/multislot/events/x/reward", b'{"reward":[%s1]}'),
        ("/personalizer/v1.1-preview.3/evaluations", b'{"policies":[%s1]}'),
        ("/mock/choices", b'{"actionIds":[%s1]}'),
        ("/mock/lessons", b'{"contextFeatures":[%s1],"action":"a","reward":1}'),
    ],
)
def test_half_a_million_mistakes_take_no_longer_than_one(
    endpoint: Endpoint, path: str, body: bytes
) -> None:
    """The first is all there is to say; to list them took seconds, in which nobody was served."""
    began = perf_counter()
    reply = endpoint.post(path, content=body % (b"1," * 500_000))

    assert reply.status_code == 400
    assert perf_counter() - began < 1
