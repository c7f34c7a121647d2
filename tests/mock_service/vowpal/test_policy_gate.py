"""Every option a policy may have, with everything that is no value of it, by every way in."""

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mock_service.clock import SystemClock
from mock_service.errors import LearningPolicyInvalid, ModelInvalid
from mock_service.evaluation.policies import custom_policy
from mock_service.loop_assembly import build_loop
from mock_service.settings import LoopSettings
from mock_service.vowpal.model_file import check_header
from mock_service.vowpal.policy_arguments import check_policy_text
from mock_service.vowpal.policy_options import POLICY_OPTIONS
from mock_service.vowpal.sandbox import validate_policy
from mock_service.vowpal.workspace import open_workspace
from personalizer_lab import LocalPersonalizer
from simulator.experiment.factors import factor
from simulator.experiment.plan import PlanOptions, make_plan
from simulator.worker import validate_setting
from tests.helpers.servers import Endpoint, served_by_command

BASE = "/personalizer/v1.1-preview.3"
HARMFUL = ("-h", "-fVICTIM", "-pVICTIM", "-dVICTIM", "-iVICTIM", "--version", "--help", "=-h")
TEXTS = [
    text
    for option in POLICY_OPTIONS
    for text in (
        *[f"{option} {harm}" for harm in HARMFUL],
        *[f"{option}={harm}" for harm in HARMFUL],
        *[f"{option}{harm}" for harm in HARMFUL],
        f"{option} {option} -h",
        f"{option}",
        f"{option[:-1]} -fVICTIM",
        f"{option} 'a -fVICTIM'",
        f"{option}= -fVICTIM",
    )
    if text not in POLICY_OPTIONS or POLICY_OPTIONS[text] is not None
]
"""What no policy may say: a flag alone is one that it may."""

WAYS: dict[str, Callable[[str], object]] = {
    "anything at all": validate_policy,
    "a service's policy": lambda text: validate_policy(text, presets=False),
    "a loop of the simulator": lambda text: build_loop(LoopSettings(policy=text), SystemClock()),
    "an evaluated policy": lambda text: custom_policy("p", text),
    "a setting of a comparison": lambda text: validate_setting(
        make_plan("news", [factor("policy", [text])], PlanOptions(2, 2, (), "value")).settings[0]
    ),
    "a loop that is kept": lambda text: open_workspace(text, b""),
    "a model's header": lambda text: check_header(model_with(text)),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the server works in."""
    made: Path = tmp_path_factory.mktemp("served")
    (made / "VICTIM").write_bytes(b"precious")
    return made


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Endpoint]:
    """Serve in a process of its own, which a policy could end."""
    with served_by_command(folder=folder) as running:
        yield running


def model_with(options: str) -> bytes:
    """Return the header of a model that brings options along."""
    version, text = b"9.11.9\0", f" --cb_explore_adf {options}\0".encode()
    return b"".join(
        (
            struct.pack("<I", len(version)) + version,
            struct.pack("<I", 1) + b"\0",
            b"m" + struct.pack("<ffIIII", 0, 1, 18, 0, 0, 0),
            struct.pack("<I", len(text)) + text,
        )
    )


def put_policy(server: Endpoint, text: str) -> int:
    """Give it to the loop."""
    body = {"name": "p", "arguments": text}
    return server.send("PUT", f"{BASE}/configurations/policy", body).status_code


def evaluate(server: Endpoint, text: str) -> int:
    """Have it evaluated."""
    body = {
        "name": "e",
        "startTime": "2026-01-01T00:00:00Z",
        "endTime": "2026-01-02T00:00:00Z",
        "policies": [{"name": "p", "arguments": text}],
    }
    reply = server.post(f"{BASE}/evaluations", body)
    assert reply.json()["error"]["message"].startswith("p: ")
    return reply.status_code


def make_loop(server: Endpoint, text: str) -> int:
    """Make a loop of it."""
    return server.post("/mock/loops", {"name": "other", "policy": text}).status_code


def reset(server: Endpoint, text: str) -> int:
    """Begin anew with it."""
    return server.post("/mock/reset", {"policy": text}).status_code


REQUESTS = (put_policy, evaluate, make_loop, reset)


def test_there_are_enough_of_them() -> None:
    """At least five thousand combinations of an option, a harm and a way in."""
    assert len(TEXTS) * (len(WAYS) + len(REQUESTS)) >= 5_000


@pytest.mark.parametrize("way", WAYS)
def test_no_option_stands_where_a_value_belongs(way: str) -> None:
    """Not one of them, in any of Vowpal Wabbit's spellings."""
    taken = []
    for text in TEXTS:
        try:
            WAYS[way](text if way == "a model's header" else f"--cb_explore_adf {text}")
        except (LearningPolicyInvalid, ModelInvalid):
            continue
        taken.append(text)

    assert taken == []


@pytest.mark.parametrize("request_it", REQUESTS)
def test_a_server_refuses_them_and_lives_and_no_file_changes(
    server: Endpoint, folder: Path, request_it: Callable[[Endpoint, str], int]
) -> None:
    """Whichever request brings them."""
    statuses = {request_it(server, f"--cb_explore_adf {text}") for text in TEXTS}

    assert statuses == {400}
    assert server.send("GET", "/status").status_code == 200
    assert [(one.name, one.read_bytes()) for one in folder.iterdir()] == [("VICTIM", b"precious")]


def test_a_fixture_refuses_them_too() -> None:
    """As its policy, at its start and when it begins anew."""
    with LocalPersonalizer() as personalizer:
        for text in TEXTS[:: len(HARMFUL)]:
            with pytest.raises(LearningPolicyInvalid):
                personalizer.reset(policy=f"--cb_explore_adf {text}")
    with pytest.raises(LearningPolicyInvalid):
        LocalPersonalizer(policy="--cb_explore_adf -q -h")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("-q", "-q: expected the first characters of 2 namespaces, as in 'Fj', got nothing"),
        ("-qab", "'-qab': write '-q ab', an option and its value apart"),
        ("--quad ab", "'--quad' is not an option"),
        ("--epsilon -1", "--epsilon: expected a number from 0 to 1, got '-1'"),
        ("--epsilon 0.1 --epsilon 0.2", "--epsilon is given twice, as '0.1' and as '0.2'"),
        ("-l 1 --learning_rate 2", "--learning_rate is given twice"),
        ("--cb_type doc", "expected mtr or ips or dr or dm or sm"),
        ("--softmax=1", "--softmax takes no value, got '1'"),
        ("--interactions ::::", "can become 3,"),
        ("--cubic ::: --leave_duplicate_interactions", "of 95 namespaces"),
        ("--bag 25", "expected a whole number from 1 to 24, got '25'"),
    ],
)
def test_the_message_says_what_is_wrong_and_what_was_expected(text: str, complaint: str) -> None:
    """In one line."""
    with pytest.raises(LearningPolicyInvalid) as refused:
        check_policy_text(f"--cb_explore_adf {text}")

    assert complaint in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "--power_t -0.5",
        "--epsilon=.1",
        "-q :: -q Fj",
        "-q a-",
        "--ignore FromUrl",
        "--keep Fj --keep x",
        "-l 1e-3 --l2 1e-6",
        "--cb_type mtr --cb_type mtr",
    ],
)
def test_what_vowpal_wabbit_reads_well_is_taken(text: str) -> None:
    """Negative numbers are numbers, and some options add up."""
    check_policy_text(f"--cb_explore_adf {text}")
