"""Every part of an endpoint's reply is checked: what is wrong is one line, or an account."""

import json
from collections.abc import Callable

import pytest

from mock_service.exchange import BoundedReply
from simulator.errors import EndpointProblem
from simulator.model import OfferedAction, OfferedSlot
from simulator.personalizer.replies import read_page, read_ranking
from simulator.personalizer.retrying_client import ReplyUnusable, RetryPolicy
from simulator.scenario.catalogue import find_scenario
from simulator.simulations import EndpointTarget, RunOptions, simulate
from tests.helpers.byte_server import Pieces, answering_with, reply
from tests.helpers.command_line import command

ACTIONS = (OfferedAction("a", "[]"), OfferedAction("b", "[]"), OfferedAction("c", "[]"))
SLOTS = (OfferedSlot("s", "[]", "a"), OfferedSlot("t", "[]", "b", ("c",)))
GOOD = '{"ranking":[{"id":"b","probability":0.8},{"id":"a","probability":0.1},\
{"id":"c","probability":0.1}],"eventId":"e","rewardActionId":"a"}'


def _ranking(body: str | bytes) -> object:
    content = body if isinstance(body, bytes) else body.encode()
    return read_ranking(_replied(content), ACTIONS, "e")


def _replied(body: bytes) -> BoundedReply:
    return BoundedReply("http://there/rank", 201, None, body)  # type: ignore[arg-type] # not read


def test_a_good_reply_is_a_recommendation() -> None:
    """The action to show first, then the others as they are ranked."""
    found = read_ranking(_replied(GOOD.encode()), ACTIONS, "e")

    assert (found.order, found.probabilities) == ((0, 1, 2), (0.1, 0.8, 0.1))


@pytest.mark.parametrize(
    "probabilities", [(0.3333333, 0.3333333, 0.3333333), (1, 0, 0), (1.0000001,)]
)
def test_single_precision_is_good_enough(probabilities: tuple[float, ...]) -> None:
    """As the service writes it."""
    actions = ACTIONS[: len(probabilities)]
    lines = [{"id": a.id, "probability": p} for a, p in zip(actions, probabilities, strict=True)]
    body = json.dumps({"ranking": lines, "rewardActionId": "a"})

    assert read_ranking(_replied(body.encode()), actions, "e").probabilities == probabilities


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ('{"id":"b","probability":0.8},', "", "'b' is missing"),
        ('"id":"b"', '"id":"a"', "'a' comes twice"),
        ('"id":"b"', '"id":"z"', "'z' was not sent"),
        ('"id":"b"', '"id":7', "Expected `str`"),
        ('"rewardActionId":"a"', '"rewardActionId":"z"', "rewardActionId 'z' was not sent"),
        ('"eventId":"e"', '"eventId":"f"', "expected eventId 'e', got 'f'"),
        ("0.8", "7", r"probabilities in \[0, 1\], got 7"),
        ("0.8", "-0.8", r"probabilities in \[0, 1\], got -0.8"),
        ("0.8", "0.7", "sum to 1, got 0.9"),
        ("0.8", "NaN", "malformed"),
        ("0.8", "1e999", "out of range"),
        ("0.8", "1" + "0" * 5000, "out of range"),
        ("0.8", "true", "Expected `float`"),
        ("0.8", '"0.8"', "Expected `float`"),
        ("0.8", "[" * 100_000, "Expected `float`|malformed|recursion"),
        ('"eventId"', '"x":' + "[" * 100_000 + ',"eventId"', "malformed|recursion|truncated"),
        (GOOD, "[1,2]", "Expected `object`"),
        (GOOD, "null", "Expected `object`"),
        (GOOD, "", "truncated"),
    ],
)
def test_what_is_no_ranking_says_why(right: str, wrong: str, says: str) -> None:
    """In one line."""
    with pytest.raises(ReplyUnusable, match=f"no ranking.*({says})") as refused:
        _ranking(GOOD.replace(right, wrong))

    assert len(str(refused.value).splitlines()) == 1


def test_bytes_that_are_no_text_are_no_ranking() -> None:
    """Nor is half of a character."""
    for body in (b'{"ranking":[\xff]}', GOOD.replace('"b"', '"\\ud800"').encode()):
        with pytest.raises(ReplyUnusable, match="no ranking"):
            _ranking(body)


@pytest.mark.parametrize(
    ("filled", "says"),
    [
        ({"s": "a"}, "'t' is missing"),
        ({"s": "a", "t": "a"}, "another action in every slot"),
        ({"s": "a", "t": "c"}, "'c' is excluded from slot 't'"),
        ({"s": "a", "t": "z"}, "'z' was not sent"),
        ({"s": "a", "t": "b", "u": "c"}, "'u' was not sent"),
    ],
)
def test_what_fills_no_slots_says_why(filled: dict[str, str], says: str) -> None:
    """Each slot once, with an action of its own that may go there."""
    slots = [{"id": slot, "rewardActionId": action} for slot, action in filled.items()]
    body = json.dumps({"slots": slots, "eventId": "e"}).encode()

    with pytest.raises(ReplyUnusable, match=says):
        read_page(_replied(body), ACTIONS, SLOTS, "e")


def _ranker(spoils: Callable[[int], bool]) -> Callable[[str, bytes], Pieces]:
    """Return a server that ranks, and now and then answers with probabilities of 7."""
    counts = {"ranks": 0, "told": 0}

    def answer(path: str, body: bytes) -> Pieces:
        if not path.endswith("/rank"):
            counts["told"] += 1
            return reply(204)
        asked = json.loads(body)
        chance = 7 if spoils(counts["ranks"]) else 1 / len(asked["actions"])
        counts["ranks"] += 1
        ids = [action["id"] for action in asked["actions"]]
        ranking = [{"id": id_, "probability": chance} for id_ in ids]
        slots = [
            {
                "id": slot["id"],
                "rewardActionId": "nothing" if chance > 1 else slot["baselineAction"],
            }
            for slot in asked.get("slots", ())
        ]
        document = {"ranking": ranking, "rewardActionId": ids[0], "slots": slots}
        return reply(201, json.dumps({**document, "eventId": asked["eventId"]}).encode())

    return answer


def test_a_few_bad_replies_of_a_long_run_are_counted() -> None:
    """Their visits see the first action and are not rewarded; the run goes on."""
    with answering_with(_ranker(lambda number: number % 10 == 9)) as url:
        summary = simulate(find_scenario("news"), EndpointTarget(url, "k"), RunOptions(50))

    assert summary.rounds == 50
    assert summary.trouble is None
    assert summary.requests is not None
    assert summary.requests.sent == 50 + 45
    assert summary.unusable_replies is not None
    assert (summary.unusable_replies.count, summary.unusable_replies.ranks) == (5, 50)
    assert "got 7" in summary.unusable_replies.first


def test_bad_replies_for_pages_are_counted_too() -> None:
    """Their pages show the application's own actions."""
    with answering_with(_ranker(lambda number: number == 3)) as url:
        summary = simulate(find_scenario("layout"), EndpointTarget(url, "k"), RunOptions(10))

    assert summary.unusable_replies is not None
    assert (summary.unusable_replies.count, summary.unusable_replies.ranks) == (1, 10)


def test_a_first_reply_that_is_no_ranking_ends_the_run() -> None:
    """What answers is no Personalizer."""
    with (
        answering_with(_ranker(lambda _: True)) as url,
        pytest.raises(EndpointProblem, match="answered with something that is no ranking"),
    ):
        simulate(find_scenario("news"), EndpointTarget(url, "k"), RunOptions(50))


def test_twenty_bad_replies_in_a_row_end_the_run() -> None:
    """And what was measured until then is kept."""
    with answering_with(_ranker(lambda number: number >= 5)) as url:
        summary = simulate(
            find_scenario("news"), EndpointTarget(url, "k", RetryPolicy(0)), RunOptions(90)
        )

    assert summary.rounds == 24
    assert summary.trouble is not None
    assert "got 7" in summary.trouble


def test_the_command_tells_of_bad_replies_and_ends_with_2() -> None:
    """In JSON, and in one line for a person."""
    with answering_with(_ranker(lambda number: number == 9)) as url:
        ended = command(
            *("simulate", "news", "--rounds", "20", "--json", "--quiet"),
            *("--endpoint", url, "--key", "k"),
        )

    assert ended.code == 2
    assert json.loads(ended.out)["unusable_replies"]["count"] == 1
    (line,) = ended.err.splitlines()
    assert line.startswith("Warning: 1 of 20 replies were unusable, showed the first action and")
    assert "http" in line


@pytest.mark.parametrize("wait", ["nan", "inf", "-inf", "9" * 400, "-1", "Fri, 31 Dec 9999"])
def test_a_wait_that_nobody_means_is_not_waited(wait: str) -> None:
    """The usual pause is taken in its place."""

    def answer(*_: object) -> Pieces:
        return reply(429, b"{}", f"Retry-After: {wait}", "Date: Mon, 01 Jan 0001 00:00:00 GMT")

    with answering_with(answer) as url, pytest.raises(EndpointProblem, match="answered 429"):
        simulate(
            find_scenario("news"), EndpointTarget(url, "k", RetryPolicy(retries=1)), RunOptions(1)
        )
