"""From Python everything can be chosen that the command takes, and results are readable."""

from datetime import timedelta
from pathlib import Path

import pytest

from personalizer_lab import OptionsInvalid, SettingsInvalid, compare, simulate
from tests.helpers.servers import served


def test_a_simulation_takes_what_the_command_takes(tmp_path: Path) -> None:
    """Wait, aggregation, default reward, exports, a schedule, a log."""
    log = tmp_path / "log.dsjson"

    run = simulate(
        "news-late",
        rounds=100,
        exploration="0.4->0.1@50",
        policy="quick",
        mode="azure",
        wait="45m",
        export_every=timedelta(minutes=1),
        aggregation="max",
        default_reward=-0.25,
        log=log,
    )

    assert run.summary.learning is not None
    assert run.summary.learning.reward_wait_seconds == 45 * 60
    assert run.summary.learning.default_reward == -0.25
    assert len(log.read_text().splitlines()) == 100


def test_a_simulation_goes_to_an_endpoint() -> None:
    """Whose loop has its own settings."""
    with served() as endpoint:
        run = simulate("news", rounds=50, endpoint=endpoint.url, key=endpoint.key, delays=False)
        with pytest.raises(OptionsInvalid, match="wait belongs to the server"):
            simulate("news", endpoint=endpoint.url, wait="5m")

    assert run.summary.endpoint == endpoint.url
    assert run.summary.requests is not None
    assert run.summary.requests.sent == 100


def test_a_page_is_simulated_like_anything_else() -> None:
    """With its slots."""
    run = simulate("layout", rounds=50)

    assert "slots" in run.as_dict()
    assert "By slot" in str(run)


def test_results_are_a_line_as_an_expression_and_a_table_in_print(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """However many settings there are."""
    run = simulate("news", rounds=50)
    comparison = compare(
        "news", {"exploration": [0, 0.1, 0.2, 0.3]}, seeds=5, rounds=50, progress=True
    )

    assert repr(run).startswith("<Simulation of news: 50 visits, seed 1, mean reward 0.")
    assert repr(comparison).startswith("<Comparison of 4 settings of news: ")
    assert len(repr(comparison)) < 200
    assert "Learning curve" in str(run)
    assert "vs baseline" in str(comparison)
    assert not capsys.readouterr().out


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"exploration": "much"}, "exploration: expected a share in"),
        ({"wait": "soon"}, "wait: expected a duration"),
        ({"export_every": "0s"}, "export_every: expected a duration above 0s"),
    ],
)
def test_what_is_not_possible_is_named(choices: dict[str, str], message: str) -> None:
    """As an error of the package's own."""
    with pytest.raises(OptionsInvalid, match=message):
        simulate("news", rounds=10, **choices)  # type: ignore[arg-type] # the choices of a user


def test_values_that_no_loop_has_are_refused() -> None:
    """As the command does."""
    with pytest.raises(SettingsInvalid, match="mode: expected one of quick, azure"):
        simulate("news", rounds=10, mode="fast")
