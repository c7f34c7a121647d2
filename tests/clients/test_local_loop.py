"""What becomes of events that clients with local inference post: all that becomes of others."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mock_service.loop.configuration import Mode
from mock_service.settings import LoopSettings, Settings
from tests.helpers.local_events import (
    CONTEXT,
    INTERACTIONS,
    OBSERVATIONS,
    PAGE,
    SURE,
    decided,
    heard,
    learning,
    post,
    read_log,
)
from tests.helpers.local_inference import (
    APPRENTICE,
    CB,
    CCB,
    Choice,
    LocalClient,
    cb_payload,
    event,
    page_payload,
)
from tests.helpers.servers import Endpoint, served


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """Serve a loop that learns at once."""
    with served() as found:
        yield found


@pytest.fixture
def slow() -> Iterator[Endpoint]:
    """Serve a loop that learns after the wait, on a clock that is moved."""
    loop = LoopSettings(mode=Mode.AZURE)
    with served(Settings(loop=loop, manual_clock_from=datetime(2026, 1, 5, tzinfo=UTC))) as found:
        yield found


@pytest.fixture
def pages() -> Iterator[Endpoint]:
    """Serve a loop whose events have several slots."""
    with served(Settings(loop=LoopSettings(policy="--ccb_explore_adf --epsilon 0.2"))) as found:
        yield found


def test_rewards_may_arrive_before_their_decisions(endpoint: Endpoint) -> None:
    """The two kinds of batches are posted on their own."""
    assert post(endpoint, OBSERVATIONS, heard("early", 0.5)) == 204
    assert post(endpoint, INTERACTIONS, decided("early")) == 204

    counts = learning(endpoint)
    assert (counts["trained"], counts["waiting"], counts["meanReward"]["100"]) == (1, 0, 0.5)


def test_a_batch_that_is_sent_again_counts_once(endpoint: Endpoint) -> None:
    """Clients try up to four times, also when only the answer was lost."""
    for _ in range(3):
        assert post(endpoint, INTERACTIONS, decided("once"), decided("twice")) == 204
    assert post(endpoint, OBSERVATIONS, heard("once")) == 204
    assert post(endpoint, INTERACTIONS, decided("once")) == 204

    assert learning(endpoint)["decisions"] == 2


def test_a_deferred_decision_waits_for_its_activation(endpoint: Endpoint) -> None:
    """As one of the REST interface does."""
    post(endpoint, INTERACTIONS, decided("shown", deferred=True), decided("not", deferred=True))
    post(endpoint, OBSERVATIONS, heard("shown"), heard("not"), heard("shown", None, taken=True))

    counts = learning(endpoint)
    assert (counts["activations"], counts["trained"], counts["waiting"]) == (1, 1, 1)


def test_an_imitating_client_teaches_whether_it_chose_the_first_action(tmp_path: Path) -> None:
    """Whatever users gave, which is kept beside it."""
    with served(Settings(data_folder=tmp_path)) as found:
        same = decided("same", Choice((0, 1, 2), (0.8, 0.1, 0.1)), mode=APPRENTICE)
        post(found, INTERACTIONS, same, decided("other", mode=APPRENTICE))
        post(found, OBSERVATIONS, heard("same", 0.0), heard("other", 0.5))
        made = found.send("GET", "/mock/decisions").json()["decisions"]
    assert [one["chosen"] for one in made] == ["a", "a"]
    assert [(one.reward, one.observed_reward) for one in read_log(tmp_path)] == [
        (1.0, 0.0),
        (0.0, 0.5),
    ]


def test_the_next_poll_brings_what_was_learned(slow: Endpoint) -> None:
    """After the reward wait time and the next export, not before."""
    with LocalClient(slow.url, {"Ocp-Apim-Subscription-Key": slow.key}) as client:
        client.poll()
        post(slow, INTERACTIONS, *[decided(f"e{number}") for number in range(50)])
        post(slow, OBSERVATIONS, *[heard(f"e{number}") for number in range(50)])
        client.poll()
        before = (client.fetched, learning(slow)["waiting"])

        slow.post("/mock/clock", {"advance": "PT15M"})
        client.poll()

        choice = client.choose(CONTEXT.decode(), 3)
    assert (before, client.fetched) == ((0, 50), 1)
    assert dict(zip(choice.order, choice.probabilities, strict=True))[1] > 0.8


def test_clients_of_learning_loop_post_as_to_an_event_hub() -> None:
    """With a bearer token, where any is taken."""
    query = "?timeout=60&api-version=2014-01"
    paths = (
        "/personalizer/v1.0/model",
        f"/interaction/messages{query}",
        f"/observation/messages{query}",
    )
    bearer = {"Authorization": "Bearer a.b.c"}
    with (
        served(Settings(accept_bearer=True)) as found,
        LocalClient(found.url, bearer, paths) as client,
    ):
        client.rank("e", CONTEXT.decode(), 3)
        client.reward("e", 1.0)
        assert client.flush() == [201, 201]
        client.poll()
        assert (client.fetched, learning(found)["trained"]) == (1, 1)

    with served() as strict, LocalClient(strict.url, bearer, paths) as denied:
        assert denied.flush() == [400, 400]


def test_what_a_client_drops_at_random_weighs_more(tmp_path: Path) -> None:
    """Its pass probability is in the log, as the chance to have been dropped."""
    with served(Settings(data_folder=tmp_path)) as found:
        kept = event("kept", CB, cb_payload(CONTEXT, SURE, model="12"), passed=0.25)
        post(found, INTERACTIONS, kept)
        post(found, OBSERVATIONS, heard("kept", 0.8))
    (logged,) = read_log(tmp_path)

    assert (logged.drop_probability, logged.model_id, logged.reward) == (0.75, "12", 0.8)
    assert logged.probabilities == pytest.approx((0.8, 0.1, 0.1))


def test_several_slots_are_rewarded_by_id_and_by_place(pages: Endpoint) -> None:
    """Each is a decision of its own; what names no slot, or a place unknown, is refused."""
    slots = (("top", Choice((2, 0, 1), (0.6, 0.2, 0.2))), ("side", Choice((0, 1), (0.5, 0.5))))
    page = event("page", CCB, page_payload(PAGE, slots, (0, 1)))

    assert post(pages, OBSERVATIONS, heard("page", 0.25, "side")) == 204
    assert post(pages, OBSERVATIONS, heard("page", 1.0, 0)) == 400
    assert post(pages, INTERACTIONS, page, page) == 204
    assert post(pages, OBSERVATIONS, heard("page", 1.0, 0)) == 204
    assert post(pages, OBSERVATIONS, heard("page", 1.0, 2)) == 400
    assert post(pages, OBSERVATIONS, heard("page", 1.0)) == 400

    counts = learning(pages)
    assert (counts["decisions"], counts["trained"], counts["meanReward"]["100"]) == (2, 2, 0.625)


def test_a_deferred_page_is_activated_as_a_whole(pages: Endpoint) -> None:
    """Also before it is here."""
    slots = (("top", Choice((2, 0, 1), (0.6, 0.2, 0.2))), ("side", Choice((0, 1), (0.5, 0.5))))
    page = event("page", CCB, page_payload(PAGE, slots, deferred=True))

    assert post(pages, OBSERVATIONS, heard("page", None, taken=True)) == 204
    assert post(pages, INTERACTIONS, page) == 204
    assert post(pages, OBSERVATIONS, heard("page", 1.0, "top"), heard("page", 1.0, "side")) == 204

    assert learning(pages)["trained"] == 2


def test_a_loop_takes_events_of_its_own_kind_only(endpoint: Endpoint, pages: Endpoint) -> None:
    """Several slots, or none."""
    slots = (("top", Choice((2, 0, 1), (0.6, 0.2, 0.2))), ("side", Choice((0, 1), (0.5, 0.5))))

    assert post(endpoint, INTERACTIONS, event("page", CCB, page_payload(PAGE, slots))) == 400
    assert post(pages, INTERACTIONS, decided("e")) == 400
