"""Small plans, and workers that behave badly in ways a test can choose."""

import os
import signal
from pathlib import Path

from simulator.experiment.factors import read_factor
from simulator.experiment.metrics import RunMetrics
from simulator.experiment.plan import Plan, PlanOptions, level_text, make_plan
from simulator.experiment.request import read_baseline
from simulator.experiment.setting import Run
from simulator.worker import execute_run

_VICTIM_SEED = 2


def small_plan(*variations: str, seeds: int = 3, rounds: int = 60, baseline: str = "") -> Plan:
    """Return a plan over the news scenario that is done in no time."""
    factors = [read_factor(text) for text in variations or ("exploration=0,0.2",)]
    against = read_baseline([baseline] if baseline else []).items()
    terms = PlanOptions(seeds, rounds, [(name, level_text(level)) for name, level in against])
    return make_plan("news", factors, terms)


def measure_and_die_once(omen: Path, run: Run) -> RunMetrics:
    """Do a run; the first worker that gets the second seed's dies of it, as if out of memory."""
    if run.seed == _VICTIM_SEED and not omen.exists():
        omen.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return execute_run(run)


def always_die(run: Run) -> RunMetrics:
    """Kill the worker."""
    del run
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError
