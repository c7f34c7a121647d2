"""Getting many runs done by any ``concurrent.futures.Executor``, though workers may die."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass

from simulator.errors import WorkersFailed
from simulator.experiment.metrics import RunMetrics
from simulator.experiment.setting import Run

Work = Callable[[Run], RunMetrics]
"""What a worker does; a module's own function, since it travels to other processes by name."""

_IN_FLIGHT = 64
_DEATHS_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class ExecutorFactory:
    """Who does the work: ``hire`` gives an executor, and anew when its workers have died.

    ``deaths`` are the errors by which that executor says that a worker died.
    """

    hire: Callable[[], AbstractContextManager[Executor]]
    deaths: tuple[type[Exception], ...] = (BrokenExecutor,)


def execute(
    runs: Iterable[Run],
    work: Work,
    workforce: ExecutorFactory,
    keep: Callable[[Run, RunMetrics], None],
) -> None:
    """Have all `runs` done and hand each to `keep` as soon as it is, in no certain order.

    Runs whose worker died are done again.

    Raises:
        WorkersFailed: workers died three times in a row without a single run done in between.
    """
    left = dict.fromkeys(runs)
    deaths = 0
    while left:
        before = len(left)
        try:
            with workforce.hire() as executor:
                for run, metrics in _iterate_finished(executor, work, list(left)):
                    del left[run]
                    keep(run, metrics)
        except workforce.deaths as death:
            deaths = 1 if len(left) < before else deaths + 1
            if deaths >= _DEATHS_IN_A_ROW:
                raise WorkersFailed(next(iter(left)).setting.label, deaths) from death


def _iterate_finished(
    executor: Executor, work: Work, runs: list[Run]
) -> Iterator[tuple[Run, RunMetrics]]:
    """Yield runs as they are done, and never have more than some under way.

    When a worker has died, what was done before is yielded first.
    """
    under_way: dict[Future[RunMetrics], Run] = {}
    waiting = iter(runs)
    while True:
        for run in waiting:
            under_way[executor.submit(work, run)] = run
            if len(under_way) >= _IN_FLIGHT or any(future.done() for future in under_way):
                break
        if not under_way:
            return
        done, _ = wait(under_way, return_when=FIRST_COMPLETED)
        for future in sorted(done, key=lambda future: future.exception() is not None):
            yield under_way.pop(future), future.result()
