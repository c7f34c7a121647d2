"""A Dask cluster as the workforce; needs the extra ``personalizer-lab[cluster]``."""

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

import lazy_loader

from simulator.errors import OptionsInvalid
from simulator.experiment.execute import ExecutorFactory

if TYPE_CHECKING:
    import distributed
elif find_spec("distributed") is not None:  # lazy_loader would look for who asks, and load others
    distributed = lazy_loader.load("distributed")

_PATIENCE = "5s"


def cluster_at(address: str) -> ExecutorFactory:
    """Return the workers of the Dask scheduler at an address like ``tcp://127.0.0.1:8786``.

    Raises:
        OptionsInvalid: Dask is not installed.
    """
    if find_spec("distributed") is None:
        raise OptionsInvalid("--cluster needs Dask: pip install 'personalizer-lab[cluster]'")
    return ExecutorFactory(lambda: _connect(address), (BrokenExecutor, distributed.KilledWorker))


@contextmanager
def _connect(address: str) -> Iterator[Executor]:
    """Yield an executor; the scheduler itself repeats what a worker that died had in hand."""
    try:
        client = distributed.Client(address, timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        raise OptionsInvalid(
            f"--cluster: no Dask scheduler answers at {address}: expected an address like "
            "tcp://127.0.0.1:8786; is `dask scheduler` running there?"
        ) from error
    with client:
        yield client.get_executor()
