"""A real Dask cluster on loopback: the same bytes, though a worker dies half-way."""

from pathlib import Path

import pytest

from simulator.comparisons import ExecutionOptions, ProgressCallbacks, run_comparison
from simulator.errors import OptionsInvalid
from tests.helpers.dask_cluster import cluster
from tests.helpers.plans import small_plan


def test_a_cluster_that_loses_a_worker_half_way_gives_the_same_bytes(tmp_path: Path) -> None:
    """A scheduler and two workers, each a process; one is killed with half of the runs done."""
    plan = small_plan("exploration=0,0.1,0.2,1", seeds=10, rounds=400)
    run_comparison(plan, ExecutionOptions(folder=tmp_path / "here"))
    done = []

    with cluster(workers=2) as (address, workers):

        def kill_half_way() -> None:
            done.append(1)
            if len(done) == len(plan.runs()) // 2:
                workers[0].kill()

        audience = ProgressCallbacks(done=kill_half_way)
        run_comparison(plan, ExecutionOptions(cluster=address, folder=tmp_path / "there"), audience)
        workers[0].wait(timeout=10)

        assert workers[1].poll() is None

    assert len(done) == len(plan.runs())
    results = [(tmp_path / index / "results.csv").read_bytes() for index in ("here", "there")]
    assert results[0] == results[1]


def test_nobody_at_the_address_of_the_cluster() -> None:
    """The message says what to start."""
    with pytest.raises(OptionsInvalid, match="is `dask scheduler` running there"):
        run_comparison(small_plan(), ExecutionOptions(cluster="tcp://127.0.0.1:9"))
