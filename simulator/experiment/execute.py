"""Getting many runs done by any ``concurrent.futures.Executor``, though workers may die."""

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.context import BaseContext
from typing import ParamSpec, TypeVar

from simulator.errors import RunsFailed
from simulator.experiment.figures import RunFigures
from simulator.experiment.setting import Run

_P = ParamSpec("_P")
_T = TypeVar("_T")

Work = Callable[[Run], RunFigures]
"""What a worker does; a module's own function, since it travels to other processes by name."""

_IN_FLIGHT = 64
_DEATHS_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Workforce:
    """Who does the work: ``hire`` gives an executor, and anew when its workers have died.

    ``deaths`` are the errors by which that executor says that a worker died.
    """

    hire: Callable[[], AbstractContextManager[Executor]]
    deaths: tuple[type[Exception], ...] = (BrokenExecutor,)


def execute(
    runs: Iterable[Run], work: Work, workforce: Workforce, keep: Callable[[Run, RunFigures], None]
) -> None:
    """Have all `runs` done and hand each to `keep` as soon as it is, in no certain order.

    Runs whose worker died are done again.

    Raises:
        RunsFailed: workers died three times in a row without a single run done in between.
    """
    left = dict.fromkeys(runs)
    deaths = 0
    while left:
        before = len(left)
        try:
            with workforce.hire() as executor:
                for run, figures in _finished(executor, work, list(left)):
                    del left[run]
                    keep(run, figures)
        except workforce.deaths as death:
            deaths = 1 if len(left) < before else deaths + 1
            if deaths >= _DEATHS_IN_A_ROW:
                raise RunsFailed(next(iter(left)).setting.label, deaths) from death


def _finished(executor: Executor, work: Work, runs: list[Run]) -> Iterator[tuple[Run, RunFigures]]:
    """Yield runs as they are done, and never have more than some under way.

    When a worker has died, what was done before is yielded first.
    """
    under_way: dict[Future[RunFigures], Run] = {}
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


def processes_here(workers: int, preload: str) -> Workforce:
    """Return a workforce of processes on this machine; one worker is this process itself.

    `preload` names the module that holds the work. Workers are forked from a server process that
    has imported it and nothing else, where the system can do that: they start as fast as a fork,
    and inherit none of the threads and locks that make forking this process unsafe.
    """
    if workers == 1:
        return Workforce(_Here)
    return Workforce(lambda: _pool(workers, preload))


def get_ready(preload: str) -> None:
    """Let the server that workers are forked from start up while this process goes on.

    Nothing waits for it; without this it starts when the first worker is needed.
    """
    if "forkserver" in multiprocessing.get_all_start_methods():
        _context(preload)
        forkserver.ensure_running()


@contextmanager
def _pool(workers: int, preload: str) -> Iterator[Executor]:
    context = _context(preload)
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_interrupts_alone)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _context(preload: str) -> BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    forkserver.set_forkserver_preload(["__main__", preload])
    return context


def _leave_interrupts_alone() -> None:
    """Let the parent decide what an interrupt ends: a run cut short must not count as done."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class _Here(Executor):
    """Does the work at once, in this process."""

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Do it, and return what came of it; what it raises comes out here already."""
        future: Future[_T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future
