"""The order rules of an answer."""

from collections import Counter
from datetime import UTC, datetime
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_service.errors import ApiError
from mock_service.loop.decision import Action, Decision
from mock_service.loop.protocols import Prediction
from mock_service.loop.ranking import sample_action, uniform_draw

PREDICTION = Prediction((2, 0, 1), (0.8, 0.15, 0.05))


@pytest.mark.parametrize(
    ("probability", "order", "probabilities"),
    [
        (0.0, (2, 0, 1), (0.8, 0.15, 0.05)),
        (0.79, (2, 0, 1), (0.8, 0.15, 0.05)),
        (0.8, (0, 2, 1), (0.15, 0.8, 0.05)),
        (0.96, (1, 0, 2), (0.05, 0.15, 0.8)),
    ],
)
def test_the_sampled_action_swaps_places_with_the_best(
    probability: float, order: tuple[int, ...], probabilities: tuple[float, ...]
) -> None:
    """The others stay in the model's order."""
    assert Prediction(order, probabilities) == sample_action(PREDICTION, probability)


def test_an_action_without_a_chance_is_never_chosen_even_when_the_sum_falls_short() -> None:
    """Single-precision probabilities may sum to 0.9999999."""
    chosen = sample_action(Prediction((0, 1, 2), (0.5, 0.49, 0.0)), 0.999)

    assert chosen.order[0] == 1


@pytest.mark.parametrize("probabilities", [(0.0, 0.0), (0.3, 0.1), (nan, nan)])
def test_what_is_no_distribution_is_a_ranking_error(probabilities: tuple[float, ...]) -> None:
    """Some policies give no action a chance once all features are ignored."""
    with pytest.raises(ApiError, match="ModelRankingError"):
        sample_action(Prediction((0, 1), probabilities), 0.7)


def test_excluded_actions_keep_their_place_in_the_request() -> None:
    """The others fill the remaining places in ranked order."""
    candidates = tuple(Action(name, "[]") for name in "abcd")
    eligible = (candidates[0], candidates[3])
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)

    decision = Decision("e", noon, "[]", candidates, eligible, (1, 0), (0.9, 0.1), deferred=False)

    assert decision.ranking == (("d", 0.9), ("b", 0.0), ("c", 0.0), ("a", 0.1))


@given(st.text(max_size=40), st.text(max_size=60))
def test_the_draw_depends_on_nothing_but_seed_and_event(event_id: str, seed: str) -> None:
    """It is within [0, 1), and the same each time."""
    probability = uniform_draw(seed, event_id)

    assert 0.0 <= probability < 1.0
    assert probability == uniform_draw(seed, event_id)


def test_draws_of_many_events_are_uniform() -> None:
    """Each tenth of [0, 1) gets its share: chi-square with 9 degrees, below the 0.001 quantile."""
    counts = Counter(int(uniform_draw("0", f"event-{number}") * 10) for number in range(10_000))

    assert sum((counts[tenth] - 1000) ** 2 / 1000 for tenth in range(10)) < 27.9


def test_another_seed_gives_other_draws() -> None:
    """The loop's seed is its identity."""
    assert uniform_draw("0", "event") != uniform_draw("1", "event")
