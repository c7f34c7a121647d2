"""One seam, two implementations: in this process and over HTTP decide alike, event for event."""

from mock_service.loop.configuration import Configuration
from mock_service.settings import LoopSettings, Settings
from simulator.engine.run import Listeners
from simulator.model import Interaction
from simulator.scenario.catalogue import find_scenario
from simulator.simulations import EndpointTarget, RunOptions, simulate
from tests.helpers.servers import served

NEWS = find_scenario("news")
ROUNDS = 400


def _run(target: LoopSettings | EndpointTarget, *, seed: int = 5) -> list[Interaction]:
    seen: list[Interaction] = []
    options = RunOptions(ROUNDS, seed)
    simulate(NEWS, target, options, Listeners(watcher=seen.append))
    return seen


def test_in_process_and_over_http_decide_alike_event_for_event() -> None:
    """The same visits, choices, probabilities and rewards."""
    settings = LoopSettings(configuration=Configuration(exploration=0.3))
    with served(Settings(loop=settings)) as endpoint:
        over_http = _run(EndpointTarget(endpoint.url, endpoint.key))

    in_process = _run(settings)

    assert [i.event_id for i in in_process] == [i.event_id for i in over_http]
    assert [i.visit for i in in_process] == [i.visit for i in over_http]
    assert [i.reward for i in in_process] == [i.reward for i in over_http]
    assert [_by_action(i) for i in in_process] == [_by_action(i) for i in over_http]
    assert [i.recommendation.order for i in in_process] == [
        i.recommendation.order for i in over_http
    ]


def test_the_same_seed_gives_the_same_run_and_another_does_not() -> None:
    """One seed, same interactions."""
    assert _run(LoopSettings()) == _run(LoopSettings())
    assert _run(LoopSettings()) != _run(LoopSettings(), seed=6)


def test_exploration_leaves_visits_and_what_users_would_do_alone() -> None:
    """Where both show the same action, the same user does the same."""
    careful = _run(LoopSettings(configuration=Configuration(exploration=0.0)))
    curious = _run(LoopSettings(configuration=Configuration(exploration=0.8)))

    assert [i.visit for i in careful] == [i.visit for i in curious]
    alike = [
        (one, other)
        for one, other in zip(careful, curious, strict=True)
        if one.recommendation.order[0] == other.recommendation.order[0]
    ]
    assert 0 < len(alike) < ROUNDS
    assert all(one.outcomes == other.outcomes for one, other in alike)


def _by_action(interaction: Interaction) -> dict[int, float]:
    recommendation = interaction.recommendation
    return dict(zip(recommendation.order, recommendation.probabilities, strict=True))
