"""Multi-slot over HTTP: exclusions kept, each action once, rewards by slot, no probabilities."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_service.loop.configuration import Configuration, Mode
from mock_service.settings import LoopSettings, Settings
from tests.helpers.servers import ARTICLES, Endpoint, served

POLICY = "--ccb_explore_adf --epsilon 0.0 --cb_type mtr -q ::"
PAGES = Settings(loop=LoopSettings(Mode.QUICK, POLICY, "0", Configuration(exploration=0.0)))
BASE = "/personalizer/v1.1-preview.3/multislot"
SLOTS: list[dict[str, object]] = [
    {"id": "main", "baselineAction": "politics", "features": [{"size": "large"}]},
    {"id": "side", "baselineAction": "sports", "excludedActions": ["politics"]},
]
BODY: dict[str, object] = {"actions": ARTICLES, "slots": SLOTS}


@pytest.fixture(scope="module")
def pages() -> Iterator[Endpoint]:
    """Serve a multi-slot loop."""
    with served(PAGES) as running:
        yield running


def shown(endpoint: Endpoint, body: object) -> dict[str, str]:
    """Return each slot's action."""
    slots = endpoint.post(f"{BASE}/rank", body).json()["slots"]
    return {slot["id"]: slot["rewardActionId"] for slot in slots}


def test_the_answer_has_the_documented_fields_and_no_others(pages: Endpoint) -> None:
    """Slots in order, the event id, and no probabilities."""
    reply = pages.post(f"{BASE}/rank", {**BODY, "eventId": "e"})

    assert reply.status_code == 201
    assert list(reply.json()) == ["slots", "eventId"]
    assert [list(slot) for slot in reply.json()["slots"]] == [["id", "rewardActionId"]] * 2


def test_the_recorded_case_comes_out_as_recorded(pages: Endpoint) -> None:
    """A slot that excludes two of three gets the third, and the other one what is left."""
    slots = [
        {"id": "main", "baselineAction": "music", "excludedActions": ["politics", "sports"]},
        {"id": "side", "baselineAction": "sports", "excludedActions": ["politics"]},
    ]

    assert shown(pages, {**BODY, "slots": slots}) == {"main": "music", "side": "sports"}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_no_action_twice_and_none_where_it_is_excluded(
    pages: Endpoint, data: st.DataObject
) -> None:
    """Whatever the slots exclude, all of them are filled."""
    ids = [f"a{n}" for n in range(6)]
    baselines = data.draw(st.permutations(ids))[: data.draw(st.integers(1, 6))]
    slots = [
        {
            "id": f"s{number}",
            "baselineAction": baseline,
            "excludedActions": sorted(data.draw(st.sets(st.sampled_from(ids))) - {baseline}),
        }
        for number, baseline in enumerate(baselines)
    ]
    actions = [{"id": id_, "features": [{"id": id_}]} for id_ in ids]

    answer = shown(pages, {"actions": actions, "slots": slots})

    assert list(answer) == [slot["id"] for slot in slots]
    assert len(set(answer.values())) == len(slots)
    for slot in slots:
        assert answer[str(slot["id"])] not in slot["excludedActions"]


def test_rewards_are_aggregated_and_learned_by_slot() -> None:
    """A loop that explores learns which article suits which slot."""
    configuration = Configuration(exploration=0.3)
    learning = Settings(loop=LoopSettings(Mode.QUICK, POLICY, "0", configuration))
    with served(learning) as endpoint:
        for number in range(300):
            event = f"e{number}"
            answer = shown(endpoint, {**BODY, "eventId": event})
            rewards = [
                {"slotId": "main", "value": float(answer["main"] == "music")},
                {"slotId": "side", "value": float(answer["side"] == "sports")},
            ]
            if number % 2:
                endpoint.post(f"{BASE}/events/{event}/reward", {"reward": rewards})
            else:
                for reward in rewards:
                    endpoint.post(f"{BASE}/events/{event}/reward", {"reward": [reward]})
        counted = endpoint.send("GET", "/mock/learning").json()
        answers = [shown(endpoint, {**BODY, "eventId": f"f{n}"}) for n in range(40)]

    assert (counted["trained"], counted["rewards"]) == (600, 600)
    assert sum(answer["main"] == "music" for answer in answers) > 25
    assert sum(answer["side"] == "sports" for answer in answers) > 25


def test_one_activation_is_for_all_slots() -> None:
    """A deferred page teaches nothing until then; the activation may even come first."""
    with served(PAGES) as endpoint:
        rewards = {"reward": [{"slotId": slot["id"], "value": 1} for slot in SLOTS]}
        for event in ("late", "early"):
            if event == "early":
                endpoint.post(f"{BASE}/events/{event}/activate")
            endpoint.post(f"{BASE}/rank", {**BODY, "eventId": event, "deferActivation": True})
            endpoint.post(f"{BASE}/events/{event}/reward", rewards)
            if event == "late":
                before = endpoint.send("GET", "/mock/learning").json()["trained"]
                endpoint.post(f"{BASE}/events/{event}/activate")
        after = endpoint.send("GET", "/mock/learning").json()["trained"]

    assert (before, after) == (0, 4)


@pytest.mark.parametrize("mode", ["Apprentice", "LoggingOnly"])
def test_an_imitating_loop_shows_every_slots_baseline(mode: str) -> None:
    """Whatever was learned."""
    path = "/personalizer/v1.1-preview.3/configurations/service"
    with served(PAGES) as endpoint:
        configuration = endpoint.send("GET", path).json()
        endpoint.send("PUT", path, {**configuration, "learningMode": mode})
        slots = [
            {**slot, "baselineAction": baseline}
            for slot, baseline in zip(SLOTS, ("sports", "music"), strict=True)
        ]
        answers = [shown(endpoint, {**BODY, "slots": slots}) for _ in range(10)]

    assert answers == [{"main": "sports", "side": "music"}] * 10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"slots": []}, "Slots count should be between 1 and the number of actions."),
        ({"slots": [*SLOTS, *SLOTS]}, "Slots count should be between 1"),
        ({"slots": [None]}, "Slots contains null value."),
        ({"slots": [{"id": "", "baselineAction": "music"}]}, "Slot ids must not be empty."),
        ({"slots": [{"id": "s"}]}, "slots.0.baselineAction: Field required"),
        ({"slots": [{"id": "s\x1f", "baselineAction": "music"}]}, "printable"),
        ({"slots": [{"id": "s", "baselineAction": "opera"}]}, "should be one of the actions"),
        ({"slots": [SLOTS[0], SLOTS[0]]}, "Slot ids should be unique."),
        ({"slots": [SLOTS[0], {**SLOTS[0], "id": "t"}]}, "Baseline actions should be unique."),
        (
            {"slots": [{**SLOTS[0], "excludedActions": ["opera"]}]},
            "All excluded action ID's must have corresponding action ID.",
        ),
        ({"slots": [{**SLOTS[0], "excludedActions": ["politics"]}]}, "should not be excluded"),
        ({"actions": [ARTICLES[0], ARTICLES[0]]}, "Action ids should be unique."),
        ({"actions": []}, "Action count should be between 1 and 50."),
        ({"eventId": ""}, "EventId should be non-empty or null."),
    ],
)
def test_a_page_that_makes_no_sense_is_refused(
    pages: Endpoint, change: dict[str, object], message: str
) -> None:
    """Under the code InvalidRankRequest."""
    reply = pages.post(f"{BASE}/rank", content=json.dumps({**BODY, **change}))

    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "InvalidRankRequest")
    assert message in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    "reward", [None, [], [{"slotId": ""}], [{"slotId": "s"}], [{"slotId": "s", "value": 2}]]
)
def test_a_reward_without_a_slot_or_in_range_value_is_invalid(
    pages: Endpoint, reward: object
) -> None:
    """But an empty list of them is a list."""
    reply = pages.post(f"{BASE}/events/e/reward", {"reward": reward})

    assert reply.status_code == (204 if reward == [] else 400)


def test_more_rewards_than_a_page_has_slots_are_refused_at_some_number(pages: Endpoint) -> None:
    """They would all be handled in one go, while others wait."""
    lines = [{"slotId": "s", "value": 0.5}] * 1_001

    reply = pages.post("/personalizer/v1.1-preview.3/multislot/events/x/reward", {"reward": lines})

    assert reply.status_code == 400
    assert "at most 1000" in reply.json()["error"]["message"]


def test_a_page_of_too_many_bytes_is_refused_and_a_rich_one_is_not(pages: Endpoint) -> None:
    """Each slot is a decision of its own, and is kept with the whole context."""
    replies = [pages.post(f"{BASE}/rank", rich_page(size)) for size in (20_000, 900_000)]

    assert [reply.status_code for reply in replies] == [201, 400]
    assert "(page-bytes)" in replies[1].json()["error"]["message"]


def rich_page(context: int) -> dict[str, object]:
    """Return a request for 50 slots with a context of so many bytes."""
    return {
        "contextFeatures": [{"text": "x" * context}],
        "actions": [{"id": f"a{n}", "features": [{"words": "y" * 1_000}]} for n in range(50)],
        "slots": [{"id": f"s{n}", "baselineAction": f"a{n}"} for n in range(50)],
    }


def test_each_kind_of_loop_serves_its_own_kind_of_rank(pages: Endpoint, endpoint: Endpoint) -> None:
    """With the codes of the service."""
    single = pages.rank({"actions": ARTICLES})
    several = endpoint.post(f"{BASE}/rank", BODY)

    assert (single.status_code, single.json()["error"]["code"]) == (403, "InvalidApiAccess")
    assert (several.status_code, several.json()["error"]["code"]) == (
        400,
        "InvalidMultiSlotApiAccess",
    )
    assert endpoint.post(f"{BASE}/events/e/activate").status_code == 400


def test_a_multi_slot_loop_stays_one(pages: Endpoint) -> None:
    """Its policy is replaced and reset within its kind; auto-optimization stays off."""
    path, configuration = (
        f"/personalizer/v1.1-preview.3/configurations/{name}" for name in ("policy", "service")
    )
    single = {"name": "x", "arguments": "--cb_explore_adf --epsilon 0.2"}
    optimized = {**pages.send("GET", configuration).json(), "isAutoOptimizationEnabled": True}

    assert pages.send("PUT", path, single).json()["error"]["code"] == "InvalidPolicyConfiguration"
    assert "--ccb_explore_adf" in pages.send("DELETE", path).json()["arguments"]
    assert pages.send("PUT", configuration, optimized).json()["error"]["code"] == (
        "ProblemTypeIncompatibleWithAutoOptimization"
    )
    assert pages.send("GET", "/personalizer/v1.0/model").status_code == 200
