"""The history of decisions within its bounds."""

from datetime import UTC, datetime

from mock_service.loop.decision import Action, Decision
from mock_service.loop.decision_history import MAX_DECISIONS, DecisionHistory
from mock_service.loop.events import PendingEvent, Settlement
from mock_service.loop.null_store import NullStore

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LIMIT = 10_000_000
LONG = 500_000


def event(context: str = "[]", features: str = "[]", rewards: int = 0) -> PendingEvent:
    """Return an event of one action."""
    actions = (Action("a", features),)
    decision = Decision("e", NOON, context, actions, actions, (0,), (1.0,), deferred=False)
    return PendingEvent(decision, 1, activated=True, rewards=[0.5] * rewards)


def long_text(number: int) -> str:
    """Return a text of its own."""
    return f"{number}" + "x" * LONG


def test_contexts_and_actions_count() -> None:
    """One may be as long as a request's body."""
    contexts, actions = DecisionHistory(LIMIT), DecisionHistory(LIMIT)
    for number in range(100):
        contexts.save_decision(event(context=long_text(number)), 1)
        actions.save_decision(event(features=long_text(number)), 1)

    assert len(contexts.decisions()) == len(actions.decisions()) == LIMIT // LONG - 1


def test_actions_that_are_shared_count_once() -> None:
    """Most requests repeat them."""
    history, shared = DecisionHistory(LIMIT), event(features=long_text(0)).decision
    for number in range(100):
        history.save_decision(PendingEvent(shared, number, activated=True), 1)

    assert len(history.decisions()) == 100


def test_rewards_count_once_the_event_has_settled() -> None:
    """A page's slot may be given thousands."""
    history = DecisionHistory(LIMIT)
    for _ in range(100):
        rewarded = event(rewards=20_000)
        history.save_decision(rewarded, 1)
        history.save_settlement(rewarded, Settlement(NOON, 1, 0.5, 0.5))

    assert len(history.decisions()) <= LIMIT / (20_000 * 32)


def test_what_settles_after_it_is_forgotten_is_not_remembered_again() -> None:
    """Its place in memory may be another event's by then."""
    history = DecisionHistory()
    early = [event() for _ in range(MAX_DECISIONS)]
    for one in [*early, *[event() for _ in range(MAX_DECISIONS)]]:
        history.save_decision(one, 1)
    for one in early:
        history.save_settlement(one, Settlement(NOON, 1, 0.5, 0.5))

    assert len(history.decisions()) == MAX_DECISIONS
    assert all(settlement is None for _, settlement in history.decisions())


def test_a_store_behind_it_is_told_all_the_same() -> None:
    """Whatever the witness forgets."""
    store = DecisionHistory(1).before(NullStore(), 1)
    store.save_decision(event())

    assert not store.knows("e")
