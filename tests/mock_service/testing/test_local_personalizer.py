"""LocalPersonalizer: real on the wire, and in a test's hand."""

import asyncio
from datetime import timedelta
from time import sleep
from typing import Any

import httpx2
import pytest

from mock_service.emulator.faults import ActiveFault
from mock_service.errors import ApiError, ControlRequestInvalid, LearningPolicyInvalid
from mock_service.settings import DEVELOPMENT_KEY, SECOND_DEVELOPMENT_KEY
from personalizer_lab import LocalPersonalizer
from tests.helpers.servers import ARTICLES


def rank(personalizer: LocalPersonalizer, **more: object) -> dict[str, Any]:
    """Rank the articles over HTTP."""
    reply = httpx2.post(
        f"{personalizer.endpoint}/personalizer/v1.0/rank",
        json={"actions": ARTICLES, **more},
        headers={"Ocp-Apim-Subscription-Key": personalizer.key},
    )
    answer: dict[str, Any] = reply.json()
    return answer


def until_met(fault: ActiveFault) -> None:
    """Wait until a call has met `fault`."""
    while not fault.met:
        sleep(0.01)


def reward(personalizer: LocalPersonalizer, event_id: str, value: float) -> None:
    """Reward an event over HTTP."""
    httpx2.post(
        f"{personalizer.endpoint}/personalizer/v1.0/events/{event_id}/reward",
        json={"value": value},
        headers={"Ocp-Apim-Subscription-Key": personalizer.key},
    ).raise_for_status()


def test_a_context_starts_and_stops_it() -> None:
    """On a port of its own, and after that there is nobody."""
    with LocalPersonalizer() as first, LocalPersonalizer() as second:
        assert first.endpoint != second.endpoint
        assert rank(first)["rewardActionId"] in {"politics", "sports", "music"}
        assert len(second.decisions) == 0
        endpoint = first.endpoint

    with pytest.raises(httpx2.ConnectError):
        httpx2.get(endpoint)


def test_it_serves_asynchronous_tests_too() -> None:
    """The same object, with `async with`, while the test's own event loop goes on."""

    async def story() -> tuple[int, int]:
        async with LocalPersonalizer() as personalizer, httpx2.AsyncClient() as client:
            personalizer.will_choose("music", "music")
            headers = {"Ocp-Apim-Subscription-Key": personalizer.key}
            url = f"{personalizer.endpoint}/personalizer/v1.0/rank"
            calls = [client.post(url, json={"actions": ARTICLES}, headers=headers) for _ in "ab"]
            replies = await asyncio.gather(*calls)
            chosen = [reply.json()["rewardActionId"] for reply in replies]
            return chosen.count("music"), len(personalizer.decisions)

    assert asyncio.run(story()) == (2, 2)


def test_a_scripted_choice_is_a_real_decision(personalizer: LocalPersonalizer) -> None:
    """It is in front, with the probability that the policy gave it, and is learned from."""
    personalizer.teach([], ARTICLES[0], 1.0, times=3)
    personalizer.will_choose("music")

    answer = rank(personalizer, eventId="e")
    reward(personalizer, "e", 1.0)

    decision = personalizer.decisions[0]
    assert answer["ranking"][0] == {"id": "music", "probability": decision.probability}
    assert (decision.chosen, decision.learned) == ("music", True)
    assert decision.probability == pytest.approx(0.2 / 3)


def test_a_scripted_choice_waits_for_a_rank_that_offers_it(
    personalizer: LocalPersonalizer,
) -> None:
    """An excluded action is not offered."""
    personalizer.will_choose("music")

    without = rank(personalizer, excludedActions=["music"])["rewardActionId"]
    unplayed = personalizer.unplayed
    with_it = rank(personalizer)["rewardActionId"]

    assert without != "music"
    assert unplayed == ("music",)
    assert (with_it, personalizer.unplayed) == ("music", ())


def test_what_cannot_happen_by_chance_can_be_scripted_but_teaches_nothing(
    personalizer: LocalPersonalizer,
) -> None:
    """Without exploration the policy gives the other actions no chance, and the record says so."""
    personalizer.reset(exploration=0)
    personalizer.teach([], ARTICLES[0], 1.0)
    personalizer.will_choose("music")

    rank(personalizer, eventId="e")
    reward(personalizer, "e", 1.0)
    ranking = rank(personalizer)["ranking"]

    decision = personalizer.decisions[0]
    assert (decision.chosen, decision.probability, decision.learned) == ("music", 0.0, False)
    assert ranking[0] == {"id": "politics", "probability": 1.0}


def test_the_same_seed_gives_the_same_test_again(personalizer: LocalPersonalizer) -> None:
    """Choices and the event ids that the service makes up."""
    runs = []
    for seed in ("a", "a", "b"):
        personalizer.reset(seed=seed)
        runs.append([rank(personalizer) for _ in range(8)])

    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_time_travel_turns_silence_into_the_default_reward(
    personalizer: LocalPersonalizer,
) -> None:
    """The reward wait time of ten minutes passes at once; a reward after it comes too late."""
    rank(personalizer, eventId="e")

    personalizer.advance("PT9M59S")
    waiting = personalizer.decisions[0]
    personalizer.advance(timedelta(seconds=1))
    reward(personalizer, "e", 1.0)

    decision = personalizer.decisions[0]
    assert (waiting.settled, waiting.reward) == (False, None)
    assert (decision.settled, decision.reward, decision.rewards) == (True, 0.0, ())


def test_azure_mode_shows_a_lesson_after_wait_and_export(personalizer: LocalPersonalizer) -> None:
    """A reward is learned after ten minutes, and ranks see it from the export after that on."""
    personalizer.reset(mode="azure", policy="quick")
    chosen = rank(personalizer, eventId="e")["rewardActionId"]
    reward(personalizer, "e", 1.0)

    personalizer.advance("PT9M")
    before = {line["probability"] for line in rank(personalizer)["ranking"]}
    personalizer.advance("PT6M")
    best = max(rank(personalizer)["ranking"], key=lambda line: line["probability"])

    assert before == {0.33333334}
    assert (best["id"], round(best["probability"], 2)) == (chosen, 0.87)


def test_a_snapshot_brings_back_what_was_known(personalizer: LocalPersonalizer) -> None:
    """The model, the events that wait, and the time; also after a reset."""
    personalizer.teach([], ARTICLES[0], 1.0)
    rank(personalizer, eventId="e")
    personalizer.advance("PT9M")
    known, then = personalizer.snapshot(), personalizer.now
    personalizer.reset()

    personalizer.restore(known)
    best = max(rank(personalizer)["ranking"], key=lambda line: line["probability"])
    reward(personalizer, "e", 0.5)

    assert personalizer.now == then
    assert best["id"] == "politics"
    with pytest.raises(ApiError, match="InvalidSnapshot"):
        personalizer.restore(b"anything else")


def test_reset_gives_back_the_first_settings(personalizer: LocalPersonalizer) -> None:
    """Those of one reset do not outlive it; the port and the key stay."""
    endpoint = personalizer.endpoint
    personalizer.reset(exploration=1.0)
    personalizer.reset()
    personalizer.teach([], ARTICLES[0], 1.0)

    best = max(line["probability"] for line in rank(personalizer)["ranking"])

    assert best == pytest.approx(0.8667, abs=1e-3)
    assert personalizer.endpoint == endpoint


def test_a_call_that_waits_does_not_turn_up_after_a_reset(
    personalizer: LocalPersonalizer,
) -> None:
    """Its connection breaks instead."""

    async def story() -> str:
        headers = {"Ocp-Apim-Subscription-Key": personalizer.key}
        url = f"{personalizer.endpoint}/personalizer/v1.0/rank"
        slow = personalizer.fail("rank", latency=0.2)
        async with httpx2.AsyncClient(headers=headers) as client:
            call = asyncio.create_task(client.post(url, json={"actions": ARTICLES}))
            await asyncio.to_thread(until_met, slow)
            personalizer.reset()
            try:
                reply = await call
            except httpx2.TransportError as error:
                return type(error).__name__
            return str(reply.status_code)

    assert asyncio.run(story()) == "RemoteProtocolError"
    assert personalizer.decisions == ()


def test_chance_decides_by_its_seed_who_meets_a_fault(personalizer: LocalPersonalizer) -> None:
    """Half of the calls, and the same ones each time."""
    met = []
    for _ in range(2):
        personalizer.reset()
        fault = personalizer.fail("any", status=500, times=None, probability=0.5, seed=4)
        for _ in range(40):
            rank(personalizer)
        met.append([call.status for call in personalizer.calls])
        assert fault.met == met[-1].count(500)

    assert met[0] == met[1]
    assert 10 < met[0].count(500) < 30


def test_the_first_fault_ordered_is_met_first(personalizer: LocalPersonalizer) -> None:
    """The next one when it is spent."""
    first = personalizer.fail("rank", status=429, times=2)
    second = personalizer.fail("rank", status=500)
    for _ in range(4):
        rank(personalizer)

    assert [call.status for call in personalizer.calls] == [429, 429, 500, 201]
    assert personalizer.faults == (first, second)
    assert (first.met, second.met) == (2, 1)


def test_mistakes_say_what_was_expected(personalizer: LocalPersonalizer) -> None:
    """In Python they are exceptions."""
    with pytest.raises(ControlRequestInvalid, match="one of rank, reward") as unknown:
        personalizer.fail("ranking", status=500)
    with pytest.raises(ControlRequestInvalid, match="no rank has offered"):
        personalizer.teach({"x": 1}, "unheard of", 1.0)
    with pytest.raises(ValueError, match="a duration like 'PT10M'"):
        personalizer.advance("ten minutes")
    with pytest.raises(ValueError, match="only moves forward"):
        personalizer.advance(timedelta(seconds=-1))
    with pytest.raises(LearningPolicyInvalid):
        LocalPersonalizer(policy="nonsense")

    assert "'ranking'" in str(unknown.value)
    assert personalizer.faults == ()


def test_a_lesson_is_learned_in_its_context(personalizer: LocalPersonalizer) -> None:
    """What pays for one user need not pay for another."""
    personalizer.reset(exploration=0)
    favourites = {"a": "politics", "b": "music"}
    lessons = [(user, article) for user in favourites for article in ARTICLES]
    for user, article in lessons * 40:
        reward = float(article["id"] == favourites[user])
        personalizer.teach([{"user": user}], article, reward)

    chosen = [
        rank(personalizer, contextFeatures=[{"user": user}])["rewardActionId"] for user in "ab"
    ]

    assert chosen == ["politics", "music"]


@pytest.mark.parametrize(("key", "status"), [("own", 401), (DEVELOPMENT_KEY, 200)])
def test_a_key_of_ones_own_goes_with_no_known_one(key: str, status: int) -> None:
    """The public second key opens only where the first is public as well."""
    with LocalPersonalizer(key=key) as personalizer:
        replies = [
            httpx2.get(
                f"{personalizer.endpoint}/personalizer/v1.0/model/properties",
                headers={"Ocp-Apim-Subscription-Key": sent},
            ).status_code
            for sent in (key, SECOND_DEVELOPMENT_KEY)
        ]

    assert replies == [200, status]
