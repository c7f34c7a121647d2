"""A scenario in coba's experiments: the same visits, and the same blind and best earnings."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import coba
import pytest

from personalizer_lab import CobaScenario, OptionsInvalid, simulate
from simulator.scenario.catalogue import find_scenario
from simulator.users.environment import ScenarioEnvironment
from tests.helpers.reward_scenarios import scenario_with_a_late_action

_ROUNDS, _SEED = 2000, 4


class _Oracle(coba.Learner):  # type: ignore[misc] # coba has no types
    """Knows what each visitor likes best: an action's category by their id."""

    liked: Mapping[str, str] = {
        "user-001": "artificial-intelligence",
        "user-002": "football",
        "user-003": "stocks",
    }

    def score(self, context: Any, actions: Sequence[Any], action: Any) -> float:  # noqa: ANN401, ARG002 (coba's)
        """Say how likely an action is."""
        return float(self.liked[context["userId"]] == action["topic"])

    def predict(self, context: Any, actions: Sequence[Any]) -> tuple[Any, float]:  # noqa: ANN401 (coba's)
        """Choose what is liked."""
        return next(one for one in actions if self.score(context, actions, one)), 1.0

    def learn(self, *_: object, **__: object) -> None:
        """Know it all already."""


def _earned(learner: object, **options: Any) -> float:  # noqa: ANN401 (of the scenario)
    environment = CobaScenario("news", rounds=_ROUNDS, seed=_SEED, **options)
    result = coba.Experiment(coba.Environments(environment), learner).run(quiet=True)
    return float(result.interactions.to_pandas()["reward"].mean())


def test_coba_earns_what_our_oracle_and_blind_choice_earn() -> None:
    """The oracle to the last digit, the blind within four deviations of the mean of 2,000."""
    baselines = simulate("news", rounds=_ROUNDS, seed=_SEED).summary.baselines

    assert _earned(_Oracle()) == pytest.approx(baselines["oracle"].mean_reward, abs=1e-9)
    blind = _earned(coba.RandomLearner())
    assert blind == pytest.approx(baselines["uniform"].mean_reward, abs=4 * 0.3 / _ROUNDS**0.5)


def test_the_visits_are_those_of_simulate() -> None:
    """Context, actions and what each brings, in coba's flat words."""
    block = next(ScenarioEnvironment(find_scenario("news"), seed=_SEED).blocks(5))
    visits = list(CobaScenario("news", rounds=5, seed=_SEED).read())

    assert [visit["rewards"] for visit in visits] == block.rewards.tolist()
    assert visits[0]["actions"][0] == {
        "category": "technology",
        "topic": "artificial-intelligence",
        "readingTime": 5.0,
        "hasVideo": 1.0,
    }
    assert set(visits[0]["context"]) - {"prefersDarkMode"} == {
        "userId",
        "deviceType",
        "timeOfDay",
        "dayOfWeek",
        "sessionDuration",
    }


def test_what_an_action_is_worth_can_be_earned_instead_of_its_reward() -> None:
    """Where a reward design misleads, the two differ."""
    by_reward, by_value = (
        [
            visit["rewards"]
            for visit in CobaScenario("news-clickbait", rounds=50, earns=earns).read()
        ]
        for earns in ("reward", "value")
    )

    assert by_reward != by_value


def test_actions_that_are_not_there_are_not_offered(tmp_path: Path) -> None:
    """A story that appears late makes choices of different sizes."""
    scenario = CobaScenario(scenario_with_a_late_action(tmp_path), rounds=1000)
    counts = [len(visit["actions"]) for visit in scenario.read()]

    assert counts[-1] == counts[0] + 1


def test_the_parameters_name_the_run() -> None:
    """As coba writes them beside its results."""
    assert CobaScenario("news", seed=3).params == {
        "scenario": "news",
        "seed": 3,
        "reward_design": "",
        "earns": "reward",
    }


def test_what_is_not_possible_is_said() -> None:
    """A page of several slots, a design that is not there, something else to earn."""
    with pytest.raises(OptionsInvalid, match="slots"):
        CobaScenario("layout")
    with pytest.raises(OptionsInvalid, match="clicks"):
        next(CobaScenario("news", reward="clicks").read())
    with pytest.raises(OptionsInvalid, match="earns: expected reward or value, got 'money'"):
        next(CobaScenario("news", earns="money").read())  # type: ignore[arg-type] # refused
