"""The doctor on logs: what a file of settled decisions gives away."""

import json
from pathlib import Path

import pytest

from tests.helpers.command_line import Ended, command
from tests.helpers.diagnosis_samples import Habits, by_hour, people, write_log
from tests.helpers.servers import ARTICLES, served_by_command

ALIKE = [{"id": one["id"], "features": [{"kind": "article"}]} for one in ARTICLES]


def _names(ended: Ended) -> list[str]:
    return [finding["name"] for finding in json.loads(ended.out)["findings"]]


def test_a_healthy_log_has_nothing(tmp_path: Path) -> None:
    """Exit code 0, and what a log cannot tell is said."""
    log = write_log(tmp_path / "log.dsjson", Habits())

    ended = command("doctor", str(log))

    assert (ended.code, ended.err) == (0, "")
    assert "150 decisions, 150 rewards, 150 learned" in ended.out
    assert "Nothing that can be seen from here stops this loop from learning." in ended.out
    assert "Not known from here" in ended.out
    assert "--policy" in ended.out


@pytest.mark.parametrize(
    ("habits", "exploration", "policy", "names"),
    [
        (Habits(reward=lambda *_: None), 0.2, "", ["no-rewards"]),
        (Habits(reward=lambda *_: 0.5), 0.2, "", ["constant-rewards"]),
        (Habits(deferred=True), 0.2, "", ["never-activated"]),
        (Habits(actions=ALIKE), 0.2, "", ["actions-alike"]),
        (Habits(), 1.0, "", ["exploration-1"]),
        (
            Habits(reward=by_hour),
            0.0,
            "",
            ["exploration-0", "never-shown"],
        ),
        (Habits(), 0.2, "no-interactions", ["no-interactions"]),
        (Habits(), 0.2, "azure", ["too-few-events"]),
        (
            Habits(context=lambda n: [*people(n), {"at": f"2026-01-05T10:00:00.{n:03}"}]),
            0.2,
            "",
            ["timestamps"],
        ),
    ],
)
def test_one_habit_shows_in_the_log(
    tmp_path: Path, habits: Habits, exploration: float, policy: str, names: list[str]
) -> None:
    """And ends with 1 where it stops learning."""
    log = write_log(tmp_path / "log.dsjson", habits, exploration)

    ended = command("doctor", str(log), "--json", *(["--policy", policy] if policy else []))

    assert _names(ended) == names
    assert ended.code == (0 if names == ["timestamps"] else 1)


def test_rewards_of_other_events_are_found(tmp_path: Path) -> None:
    """As the service logs them: observations without a decision."""
    log = write_log(tmp_path / "log.dsjson", Habits(reward=lambda *_: None))
    with log.open("a") as file:
        file.writelines(
            f'{{"EventId": "x{number}", "RewardValue": 1.0}}\n' for number in range(150)
        )

    ended = command("doctor", str(log), "--json")

    assert _names(ended) == ["rewards-not-joined"]
    assert ended.code == 1


def test_an_endpoint_and_its_data_folder_agree(tmp_path: Path) -> None:
    """The same illness, asked of the server and read from what it keeps."""
    folder = tmp_path / "data"
    with served_by_command("--data-dir", str(folder), "--exploration", "1") as endpoint:
        for number in range(60):
            body = {"contextFeatures": people(number), "actions": ARTICLES, "eventId": f"e{number}"}
            endpoint.rank(body)
            endpoint.post(f"/personalizer/v1.0/events/e{number}/reward", {"value": number % 2})
        asked = command("doctor", "--json", environment=endpoint.environment())
    read = command("doctor", "--data-dir", str(folder), "--json")

    assert "exploration-1" in _names(asked)
    assert "exploration-1" in _names(read)
    assert (asked.code, read.code) == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "whom to examine?"),
        (["nowhere.dsjson"], "cannot read the log nowhere.dsjson"),
        (["pyproject.toml"], "damaged, "),
        (["pyproject.toml", "--data-dir", "."], "not both"),
        (["--endpoint", "http://127.0.0.1:9"], "does not answer"),
        (["--endpoint", "http://127.0.0.1:9", "--policy", "quick"], "--policy is for logs"),
        (["pyproject.toml", "--policy", "best"], "'best' is no learning policy"),
    ],
)
def test_mistakes_are_one_line(arguments: list[str], complaint: str) -> None:
    """On stderr, with exit code 2."""
    ended = command("doctor", *arguments)

    assert ended.code == 2
    (line,) = ended.err.splitlines()
    assert complaint in line
