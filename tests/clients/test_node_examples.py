"""The Node examples run as their readers would run them."""

import json
import os
import subprocess
import sys

import pytest

from personalizer_lab import LocalPersonalizer
from tests.helpers.node import EXAMPLES, NODE
from tests.helpers.servers import ROOT

SCRIPTS = ("recommend.mjs", "recommend-rest.mjs") if NODE else ()


def run(script: str, personalizer: LocalPersonalizer) -> subprocess.CompletedProcess[str]:
    """Run a script of examples/node."""
    return subprocess.run(
        [NODE or "node", script],
        cwd=EXAMPLES,
        env={"PATH": os.environ["PATH"], **personalizer.environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_recommends_and_rewards(personalizer: LocalPersonalizer, script: str) -> None:
    """What it prints is what was decided, and its reward was learned."""
    done = run(script, personalizer)

    (decision,) = personalizer.decisions
    printed = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert (printed["chosen"], printed["eventId"]) == (decision.chosen, decision.event_id)
    assert (decision.rewards, decision.learned) == ((1.0,), True)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_says_what_the_service_said(personalizer: LocalPersonalizer, script: str) -> None:
    """The error's status and code."""
    personalizer.fail("rank", status=409, code="ModelRankingError", message="Nothing to rank.")

    done = run(script, personalizer)

    assert done.returncode == 1
    assert json.loads(done.stdout)["status"] == 409
    assert json.loads(done.stdout)["code"] == "ModelRankingError"


@pytest.mark.parametrize("script", ["personalizer.test.mjs"] if NODE else [])
def test_a_suite_of_node_starts_a_server_and_steers_it(script: str) -> None:
    """All of its tests pass, and it leaves no server behind."""
    done = subprocess.run(
        [NODE or "node", "--test", script],
        cwd=EXAMPLES,
        env={**os.environ, "PERSONALIZER_COMMAND": f"{sys.executable} -m simulator"}
        | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "pass 4" in done.stdout


def test_the_lock_file_names_no_registry() -> None:
    """Whoever installs it takes the packages from wherever they take packages from."""
    lock = (EXAMPLES / "package-lock.json").read_text(encoding="utf-8")

    assert "resolved" not in lock
    assert lock.count('"integrity"') > 50
