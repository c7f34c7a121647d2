"""``personalizer-lab serve``: two export lines, a log on stderr, and nothing unsafe by default."""

import socket

import pytest
import requests

from mock_service.settings import DEVELOPMENT_KEY
from tests.helpers.command_line import command
from tests.helpers.servers import ARTICLES, served_by_command


def test_the_export_lines_are_all_a_client_needs() -> None:
    """Port 0 takes a free port, and the key is the documented one."""
    with served_by_command("--seed", "7", "--exploration", "0.5") as endpoint:
        reply = endpoint.rank({"actions": ARTICLES, "eventId": "e"})

    assert reply.status_code == 201
    assert endpoint.key == DEVELOPMENT_KEY


def test_a_key_of_ones_own_replaces_the_development_key() -> None:
    """The export line holds it."""
    with served_by_command("--key", "my-key") as endpoint:
        assert endpoint.key == "my-key"
        assert endpoint.rank({"actions": ARTICLES}).status_code == 201


def test_a_policy_and_the_azure_mode_can_be_had() -> None:
    """Any preset, either mode."""
    with served_by_command("--mode", "azure", "--policy", "squarecb") as endpoint:
        assert endpoint.rank({"actions": ARTICLES}).status_code == 201


@pytest.mark.parametrize("options", [[], ["--policy", "softmax"], ["--mode", "azure"]])
def test_pages_of_several_slots_can_be_had(options: list[str]) -> None:
    """With any preset; the simulator's pages are filled there."""
    with served_by_command("--multi-slot", *options) as endpoint:
        arguments = endpoint.send("GET", "/personalizer/v1.0/configurations/policy").json()
        pages = command("simulate", "layout", "--rounds", "20", environment=endpoint.environment())

    assert "--ccb_explore_adf" in arguments["arguments"]
    assert ("--softmax" in arguments["arguments"]) == ("softmax" in options)
    assert pages.code == 0


def test_a_loop_of_single_ranks_says_how_to_have_pages() -> None:
    """What the service said, and the flag."""
    with served_by_command() as endpoint:
        pages = command("simulate", "layout", "--rounds", "20", environment=endpoint.environment())

    assert pages.code == 2
    assert "serve --multi-slot" in pages.err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["--host", "198.51.100.1"],
            "can be reached from other machines: choose a key with --key-file",
        ),
        (["--key", "schlüssel"], "--key should be printable ASCII"),
        (["--policy", "--cb_explore_adf -f /tmp/model"], "-f"),
        (["--policy", "nonsense"], "is no learning policy"),
        (["--exploration", "2"], "'--exploration'"),
        (["--mode", "slow"], "'--mode'"),
        (["--multi-slot", "--policy", "nonsense"], "is no learning policy"),
        (
            ["--multi-slot", "--setup", "examples/setup.toml"],
            "--setup says how loops begin: leave --multi-slot out",
        ),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(arguments: list[str], expected: str) -> None:
    """The server does not start, and no key is printed."""
    ended = command("serve", "--port", "0", *arguments)

    assert ended.code == 2
    assert not ended.out
    assert ended.err.count("\n") == 1
    assert expected in ended.err


def test_a_port_in_use_is_said_in_one_line() -> None:
    """With what to do about it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = command("serve", "--port", str(taken.getsockname()[1]))

    assert ended.code == 2
    assert "choose another with --host and --port" in ended.err
    assert ended.err.count("\n") == 1


def test_every_option_is_a_variable_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """As containers are set up; what is on the command line wins."""
    monkeypatch.setenv("PERSONALIZER_LAB_MODE", "azure")
    monkeypatch.setenv("PERSONALIZER_LAB_POLICY", "softmax")
    monkeypatch.setenv("PERSONALIZER_LAB_SEED", "readers")
    with served_by_command("--policy", "quick") as endpoint:
        headers = {"Ocp-Apim-Subscription-Key": endpoint.key}
        loop = requests.get(f"{endpoint.url}/mock/loops/default", headers=headers, timeout=5).json()

    assert loop["mode"] == "azure"
    assert "--softmax" not in loop["policy"]


def test_a_mistake_in_a_variable_is_one_line_and_exit_code_2() -> None:
    """It names the option that it stands for."""
    ended = command("serve", environment={"PERSONALIZER_LAB_MODE": "fast"})

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert "--mode" in ended.err
