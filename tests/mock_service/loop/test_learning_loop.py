"""The learning loop over a real Vowpal Wabbit learner and a clock that is moved by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from mock_service.clock import ManualClock
from mock_service.errors import ApiError
from mock_service.loop.configuration import AGGREGATIONS, Configuration, Mode
from mock_service.loop.decision import Action, RankRequest
from mock_service.loop_assembly import build_loop
from mock_service.settings import LoopSettings

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ACTIONS = tuple(Action(name, f'[{{"name":"{name}"}}]') for name in ("a", "b", "c", "d"))
UNIFORM = {"a": 0.25, "b": 0.25, "c": 0.25, "d": 0.25}


class Lab:
    """A loop and its clock."""

    def __init__(self, mode: Mode, configuration: Configuration | None = None) -> None:
        self.clock = ManualClock(NOON)
        settings = LoopSettings(mode, configuration=configuration or Configuration())
        self.loop = build_loop(settings, self.clock)

    def rank(self, event_id: str, *, excluded: str = "", deferred: bool = False) -> str:
        """Rank the four actions and return the id of the chosen one."""
        request = RankRequest(event_id, '[{"x":1}]', ACTIONS, frozenset(excluded), deferred)
        return self.loop.rank(request).chosen.id

    def probabilities(self) -> dict[str, float]:
        """Return what an event nobody rewards would be answered."""
        request = RankRequest("look", '[{"x":1}]', ACTIONS, deferred=True)
        return dict(self.loop.rank(request).ranking)

    def wait(self, minutes: float) -> None:
        """Move the clock."""
        self.clock.advance(timedelta(minutes=minutes))


def test_an_untrained_loop_answers_uniformly_in_request_order() -> None:
    """But for the swap of the chosen one to the front."""
    decision = Lab(Mode.QUICK).loop.rank(RankRequest("e", "[]", ACTIONS))

    assert decision.probabilities == (0.25,) * 4
    assert decision.ranking[0].id == decision.chosen.id


def test_quick_mode_learns_from_a_reward_at_once() -> None:
    """The next rank gives the rewarded action 1 - epsilon + epsilon / 4."""
    lab = Lab(Mode.QUICK)
    chosen = lab.rank("e")

    lab.loop.reward("e", 1.0)

    assert lab.probabilities()[chosen] == pytest.approx(0.85)
    assert sorted(lab.probabilities().values()) == pytest.approx([0.05, 0.05, 0.05, 0.85])


def test_exploration_is_shared_among_eligible_actions_only() -> None:
    """Eight actions, four excluded, epsilon 0.2: 0.85, 0.05, 0.05, 0.05 and four zeros."""
    lab = Lab(Mode.QUICK)
    actions = tuple(Action(name, f'[{{"name":"{name}"}}]') for name in "abcdefgh")
    lab.loop.rank(RankRequest("e", "[]", actions, frozenset("efgh")))
    lab.loop.reward("e", 1.0)

    ranking = lab.loop.rank(RankRequest("f", "[]", actions, frozenset("efgh"))).ranking

    assert sorted(line.probability for line in ranking) == pytest.approx(
        [0, 0, 0, 0, 0.05, 0.05, 0.05, 0.85]
    )
    assert [line.id for line in ranking[4:]] == list("efgh")


def test_the_same_event_id_is_answered_the_same() -> None:
    """The draw is seeded by the event id."""
    first, second = Lab(Mode.QUICK), Lab(Mode.QUICK)

    assert [first.rank(f"e{n}") for n in range(50)] == [second.rank(f"e{n}") for n in range(50)]


def test_excluding_every_action_is_an_invalid_rank_request() -> None:
    """And leaves no event behind."""
    with pytest.raises(ApiError) as caught:
        Lab(Mode.QUICK).rank("e", excluded="abcd")

    assert caught.value.code == "InvalidRankRequest"


def test_azure_mode_learns_when_the_wait_is_over_and_shows_it_after_the_export() -> None:
    """Reward wait time 10 minutes, export every 5: nothing shows before minute 10."""
    lab = Lab(Mode.AZURE)
    chosen = lab.rank("e")
    lab.loop.reward("e", 1.0)

    lab.wait(9.9)
    before = lab.probabilities()
    lab.wait(0.2)

    assert before == UNIFORM
    assert lab.probabilities()[chosen] == pytest.approx(0.85)


def test_azure_mode_exports_on_its_own_beat() -> None:
    """An event learned between two exports shows at the second."""
    lab = Lab(Mode.AZURE)
    lab.wait(1)
    chosen = lab.rank("e")
    lab.loop.reward("e", 1.0)

    lab.wait(13.9)
    before = lab.probabilities()
    lab.wait(0.1)

    assert before == UNIFORM
    assert lab.probabilities()[chosen] == pytest.approx(0.85)


def test_a_late_reward_is_not_learned() -> None:
    """The default reward was learned in its place: nothing distinguishes the action."""
    lab = Lab(Mode.QUICK)
    lab.rank("e")
    lab.wait(10)

    lab.loop.reward("e", 1.0)

    assert max(lab.probabilities().values()) == pytest.approx(0.25)


def test_silence_is_learned_as_the_default_reward() -> None:
    """A loop whose silence costs 1 avoids the action nobody answered to."""
    lab = Lab(Mode.QUICK, Configuration(default_reward=-1.0))
    chosen = lab.rank("e")

    lab.wait(10)

    assert lab.probabilities()[chosen] == pytest.approx(0.05)


def test_a_deferred_decision_is_not_learned_unless_activated() -> None:
    """Neither from a reward nor from silence."""
    lab = Lab(Mode.QUICK, Configuration(default_reward=-1.0))
    lab.rank("e", deferred=True)
    lab.loop.reward("e", 1.0)

    lab.wait(20)

    assert lab.probabilities() == UNIFORM


@pytest.mark.parametrize("reward_first", [True, False])
def test_a_deferred_decision_is_learned_once_activated(*, reward_first: bool) -> None:
    """Whichever of reward and activation comes first."""
    lab = Lab(Mode.QUICK)
    chosen = lab.rank("e", deferred=True)

    if not reward_first:
        lab.loop.activate("e")
    lab.loop.reward("e", 1.0)
    if reward_first:
        lab.loop.activate("e")

    assert lab.probabilities()[chosen] == pytest.approx(0.85)


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [("earliest", 0.5), ("average", 0.2), ("median", 0.1), ("sum", 0.6), ("min", 0), ("max", 0.5)],
)
def test_each_aggregation_joins_the_rewards_its_way(aggregation: str, expected: float) -> None:
    """Rewards 0.5, 0, 0.1 in this order."""
    assert AGGREGATIONS[aggregation]([0.5, 0.0, 0.1]) == pytest.approx(expected)


def test_an_aggregation_of_all_rewards_waits_for_them_in_quick_mode_too() -> None:
    """Two rewards that cancel out are learned as 0, once the wait is over."""
    lab = Lab(Mode.QUICK, Configuration(reward_aggregation="sum"))
    chosen = lab.rank("e")
    lab.loop.reward("e", 1.0)
    before = lab.probabilities()
    lab.loop.reward("e", -0.5)

    lab.wait(10)

    assert before == UNIFORM
    assert lab.probabilities()[chosen] == pytest.approx(0.85)


def test_a_second_reward_of_a_learned_event_changes_nothing() -> None:
    """The earliest counts."""
    once, twice = Lab(Mode.QUICK), Lab(Mode.QUICK)
    for lab in (once, twice):
        lab.rank("e")
        lab.loop.reward("e", 0.1)

    twice.loop.reward("e", -1.0)

    assert once.probabilities() == twice.probabilities()
