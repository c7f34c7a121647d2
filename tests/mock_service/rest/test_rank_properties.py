"""What holds for every rank, whatever is asked and whatever was learned."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.servers import Endpoint, served
from tests.mock_service.rest.test_models_in_and_out import teach

FEATURES = st.lists(
    st.dictionaries(
        st.text("abcxyz", min_size=1, max_size=3),
        st.booleans() | st.integers(-9, 9) | st.floats(-1e3, 1e3) | st.text(max_size=4),
        min_size=1,
        max_size=3,
    ),
    min_size=1,
    max_size=3,
)
ACTIONS = st.lists(
    st.fixed_dictionaries(
        {"id": st.text("abcdefgh", min_size=1, max_size=4), "features": FEATURES}
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda action: str(action["id"]),
)
EVENT_IDS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)
"""Control characters are refused, and halves of characters are no JSON."""
CASES = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def taught() -> Iterator[Endpoint]:
    """Serve a loop that has learned something."""
    with served() as running:
        teach(running)
        yield running


@CASES
@given(actions=ACTIONS, context=FEATURES, data=st.data())
def test_a_ranking_is_a_distribution_in_the_order_of_the_contract(
    taught: Endpoint, actions: list[dict[str, object]], context: object, data: st.DataObject
) -> None:
    """Sum 1; excluded 0 and in place; the chosen one first of the others, which go best first."""
    ids = [str(action["id"]) for action in actions]
    excluded = data.draw(st.sets(st.sampled_from(ids), max_size=len(ids) - 1))
    body = {
        "actions": actions,
        "contextFeatures": context,
        "excludedActions": sorted(excluded),
        "eventId": data.draw(EVENT_IDS),
    }

    reply = taught.rank(body)

    ranking, answer = reply.json()["ranking"], reply.json()
    probabilities = {line["id"]: line["probability"] for line in ranking}
    eligible = [line["id"] for line in ranking if line["id"] not in excluded]
    assert reply.status_code == 201
    assert sorted(probabilities) == sorted(ids)
    assert sum(probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert {probabilities[id_] for id_ in excluded} <= {0.0}
    assert all(probabilities[id_] > 0 for id_ in eligible)
    for index, id_ in enumerate(ids):
        if id_ in excluded:
            assert ranking[index]["id"] == id_
    assert answer["rewardActionId"] == eligible[0]
    assert is_one_swap_from_sorted([probabilities[id_] for id_ in eligible])


def is_one_swap_from_sorted(probabilities: list[float]) -> bool:
    """Say whether the best would come first but for one swap with the chosen one in front."""
    best_first = sorted(probabilities, reverse=True)
    return (
        any(
            [
                probabilities[index],
                *probabilities[1:index],
                probabilities[0],
                *probabilities[index + 1 :],
            ][: len(probabilities)]
            == best_first
            for index in range(1, len(probabilities))
        )
        or probabilities == best_first
    )


@CASES
@given(actions=ACTIONS, context=FEATURES, event=EVENT_IDS)
def test_the_same_event_id_gives_the_same_answer(
    taught: Endpoint, actions: list[dict[str, object]], context: object, event: str
) -> None:
    """To the byte, while model and request stay the same."""
    body = {"actions": actions, "contextFeatures": context, "eventId": event}

    assert taught.rank(body).content == taught.rank(body).content
