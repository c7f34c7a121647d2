"""Over HTTP there is no virtual time: rewards come after their real delay, or at once."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from simulator.engine.timeline import RealTime
from simulator.scenario.catalogue import SHIPPED, find_scenario
from simulator.scenario.load import load_scenario
from simulator.scenario.model import Scenario
from simulator.simulations import EndpointTarget, RunOptions, simulate
from simulator.users.environment import ScenarioEnvironment
from tests.helpers.servers import ROOT, Endpoint, served

VISIT = next(ScenarioEnvironment(find_scenario("news"), seed=1).blocks(1)).visits[0]


@pytest.fixture
def late(tmp_path: Path) -> Scenario:
    """Return the scenario of late rewards, with seconds for minutes and less of them."""
    path = tmp_path / "late.toml"
    text = (SHIPPED / "news-late.toml").read_text()
    text = text.replace('["5m", "30m"]', '["0.5s", "0.8s"]').replace('"2m"', '"0.1s"')
    path.write_text(text)
    return load_scenario(path)


def test_rewards_are_sent_after_their_real_delay(endpoint: Endpoint, late: Scenario) -> None:
    """The run waits for the last of them, and every one is sent."""
    began = monotonic()
    summary = simulate(late, EndpointTarget(endpoint.url, endpoint.key), RunOptions(40))

    assert monotonic() - began > 0.5
    assert summary.feedback.unsent == 0
    assert summary.requests is not None
    assert summary.requests.sent == 80 - summary.feedback.lost + summary.feedback.repeated


def test_without_delays_they_are_sent_at_once(endpoint: Endpoint, late: Scenario) -> None:
    """The same rewards, and no waiting."""
    waits: list[float] = []
    timeline = RealTime(delays=False, pause=waits.append)

    moment = timeline.due(VISIT, VISIT.offset)
    timeline.wait_until(moment)
    summary = simulate(
        late, EndpointTarget(endpoint.url, endpoint.key, delays=False), RunOptions(40)
    )

    assert not waits
    assert moment < VISIT.offset
    assert summary.feedback.unsent == 0
    assert summary.requests is not None
    assert summary.requests.sent == 80 - summary.feedback.lost + summary.feedback.repeated


def test_waiting_sleeps_for_the_rest_of_the_time() -> None:
    """A moment that has passed is not waited for."""
    waits: list[float] = []
    ticks = iter([100.0, 101.0, 102.0, 110.0])
    timeline = RealTime(clock=lambda: next(ticks), pause=waits.append)

    moment = timeline.due(VISIT, VISIT.offset)
    timeline.wait_until(moment)
    timeline.wait_until(moment)

    assert moment.total_seconds() == pytest.approx(1.0 + VISIT.offset.total_seconds())
    assert waits == [pytest.approx(VISIT.offset.total_seconds() - 1.0)]


def test_an_interrupt_keeps_what_was_measured() -> None:
    """Ctrl-C in the middle of a run over HTTP: a summary, the account, and exit code 130."""
    with served() as endpoint:
        variables = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
        arguments = ["simulate", "news-late", "--rounds", "100000", "--verbose", "--json"]
        command = [sys.executable, "-m", "simulator", *arguments]
        target = ["--endpoint", endpoint.url, "--key", endpoint.key]
        with subprocess.Popen(
            [*command, *target],
            cwd=ROOT,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr is not None
            seen = [process.stderr.readline() for _ in range(300)]
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)

    assert any("User: " in line for line in seen)
    assert process.returncode == 130
    assert '"trouble": "interrupted"' in out
    assert '"unsent": 0' not in out
    assert err.rstrip().endswith("ended early: interrupted")
