"""``personalizer-lab simulate``, run as a person would run it."""

import json
from pathlib import Path

import pytest

from tests.helpers.command_line import command
from tests.helpers.servers import served

KEYS = {
    "scenario",
    "rounds",
    "seed",
    "mean_reward",
    "mean_reward_last_quarter",
    "best_action_share",
    "regret",
    "profiles",
    "baselines",
    "curve",
    "interactions_per_second",
}


def test_two_thousand_rounds_of_news_come_near_the_ceiling() -> None:
    """Seed 1, quick mode: at least 0.84 in the last quarter, where about 0.87 is reachable."""
    ended = command("simulate", "news", "--rounds", "2000", "--seed", "1", "--json")

    summary = json.loads(ended.out)
    assert summary.keys() >= KEYS
    assert summary["mean_reward_last_quarter"] >= 0.84
    assert summary["baselines"]["uniform"]["mean_reward"] == pytest.approx(0.44, abs=0.02)


def test_the_same_seed_prints_the_same_json_but_for_timing() -> None:
    """Over HTTP too, and the environment's two variables are enough for that."""
    with served() as endpoint:
        variables = {"PERSONALIZER_ENDPOINT": endpoint.url, "PERSONALIZER_KEY": endpoint.key}
        runs = [
            command("simulate", "news", "--rounds", "300", "--seed", "4", "--json", environment=env)
            for env in ({}, {}, variables)
        ]

    summaries = [json.loads(run.out) for run in runs]
    for summary in summaries:
        del summary["interactions_per_second"]
    requests = [summary.pop("requests") for summary in summaries]
    endpoints = [summary.pop("endpoint") for summary in summaries]
    learning = [summary.pop("learning") for summary in summaries]
    assert summaries[0] == summaries[1] == summaries[2]
    assert requests == [None, None, {"sent": 600, "retried": 0, "lost": 0}]
    assert endpoints == [None, None, endpoint.url]
    assert [bool(record) for record in learning] == [True, True, False]


def test_the_header_says_that_it_goes_over_http_and_where() -> None:
    """Also where the endpoint is an exported variable that was forgotten."""
    with served() as endpoint:
        variables = {"PERSONALIZER_ENDPOINT": endpoint.url, "PERSONALIZER_KEY": endpoint.key}
        ended = command("simulate", "news", "--rounds", "20", environment=variables)

    assert f"Over HTTP, at {endpoint.url}" in ended.out.splitlines()[1]
    assert "The visits cover day 1 00:00 to day 1 00:0" in ended.out


def test_the_table_shows_profiles_baselines_and_a_curve() -> None:
    """What a person looks at."""
    ended = command("simulate", "news", "--rounds", "200")

    assert ended.code == 0
    for word in ("Personalizer", "uniform", "best fixed", "oracle", "sports-fan", "Learning curve"):
        assert word in ended.out
    assert not ended.err


def test_verbose_prints_each_interaction() -> None:
    """User, recommendation, probabilities and reward, as the article's script does."""
    ended = command("simulate", "news", "--rounds", "3", "--verbose")

    assert ended.out.count("\nUser: ") == 3
    assert ended.out.count("Recommended: article-") == 3
    assert ended.out.count("Ranking probabilities:") == 3
    assert ended.out.count("Reward sent: ") == 3


def test_azure_mode_waits_before_it_learns() -> None:
    """100 visits in ten minutes are not learned yet: every article is as likely as any other."""
    ended = command("simulate", "news", "--rounds", "60", "--mode", "azure", "--verbose")

    assert ended.out.count(": 0.2000\n") == 60 * 5


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["nes"], "there is no scenario 'nes'"),
        (["news", "--rounds", "0"], "'--rounds'"),
        (
            ["news", "--exploration", "1.5"],
            "--exploration: expected a share in [0, 1], or a schedule",
        ),
        (
            ["news", "--exploration", "nan"],
            "--exploration: expected a share in [0, 1], or a schedule",
        ),
        (["news", "--policy", "fast"], "'fast' is no learning policy: expected one of quick"),
        (["news", "--policy", "--cb_explore_adf --invert_hash /tmp/x"], "--invert_hash"),
        (["news", "--endpoint", "http://127.0.0.1:9"], "cannot reach http://127.0.0.1:9"),
        (["news", "--endpoint", "x", "--mode", "quick"], "--mode belongs to the server"),
        (["news", "--colour"], "No such option: --colour"),
        (["news", "--reward", "clicks"], "--reward: expected one of rating, got 'clicks'"),
        (["news", "--wait", "soon"], "--wait: expected a duration like 90s"),
        (["news", "--wait", "0s"], "--wait: expected a duration above 0s"),
        (["news", "--aggregation", "mode"], "--aggregation: expected one of earliest, average"),
        (["news", "--rate", "5"], "--rate needs --endpoint"),
        (["news", "--no-delays"], "--no-delays needs --endpoint"),
        (["news", "--endpoint", "x", "--wait", "5m"], "--wait belongs to the server"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(arguments: list[str], expected: str) -> None:
    """Nothing on stdout, no traceback."""
    ended = command("simulate", *arguments)

    assert ended.code == 2
    assert not ended.out
    assert ended.err.count("\n") == 1
    assert expected in ended.err


def test_a_scenario_file_with_a_mistake_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    """The line names file, key and value."""
    path = tmp_path / "mine.toml"
    news = Path(__file__).parents[3] / "scenarios" / "news.toml"
    path.write_text(news.read_text().replace("per_hour = 600", "per_hour = -600"))

    ended = command("simulate", str(path))

    assert ended.code == 2
    assert ended.err == (
        f"personalizer-lab: {path}: traffic.per_hour: expected greater than 0, got -600\n"
    )


def test_a_scenario_of_ones_own_is_one_file(tmp_path: Path) -> None:
    """Dropped anywhere, run by its path."""
    path = tmp_path / "mine.toml"
    news = Path(__file__).parents[3] / "scenarios" / "news.toml"
    path.write_text(news.read_text().replace("article-", "story-"))

    summary = json.loads(command("simulate", str(path), "--rounds", "50", "--json").out)

    assert summary["scenario"] == "mine"
    assert summary["baselines"]["best_fixed"]["action"].startswith("story-")
