"""Processes on this machine as the workforce."""

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import context, forkserver
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import ParamSpec, TypeVar

from simulator.experiment.execute import ExecutorFactory

_P = ParamSpec("_P")
_T = TypeVar("_T")


def processes_here(workers: int, preload: str) -> ExecutorFactory:
    """Return a workforce of processes on this machine; one worker is this process itself.

    `preload` names the module that holds the work. Workers are forked from a server process that
    has imported it and nothing else, where the system can do that: they start as fast as a fork,
    and inherit none of the threads and locks that make forking this process unsafe.
    """
    if workers == 1:
        return ExecutorFactory(SerialExecutor)
    return ExecutorFactory(lambda: _pool(workers, preload))


def warm_up(preload: str) -> None:
    """Let the server that workers are forked from start up while this process goes on.

    Nothing waits for it; without this it starts when the first worker is needed.
    """
    if _can_fork_from_a_server():
        _prepare_server(preload)
        forkserver.ensure_running()


@contextmanager
def _pool(workers: int, preload: str) -> Iterator[Executor]:
    if _can_fork_from_a_server():
        _prepare_server(preload)
    pool = ProcessPoolExecutor(
        workers, mp_context=_how_to_start(), initializer=_leave_interrupts_alone
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _can_fork_from_a_server() -> bool:
    return "forkserver" in multiprocessing.get_all_start_methods()


def _prepare_server(preload: str) -> None:
    forkserver.set_forkserver_preload([preload])


def _how_to_start() -> context.BaseContext:
    return _ForkedAside() if _can_fork_from_a_server() else _SpawnedAside()


@contextmanager
def _script_left_alone() -> Iterator[None]:
    """Let no worker that is started import the script that this process runs.

    It holds nothing of the work, may import what takes seconds, and may do everything again.
    """
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


class _IsolatedProcess(BaseProcess):
    def start(self) -> None:
        with _script_left_alone():
            super().start()


class _SpawnedWorker(_IsolatedProcess, context.SpawnProcess):
    """A process that begins with nothing."""


class _SpawnedAside(context.SpawnContext):
    Process = _SpawnedWorker


if sys.platform != "win32":

    class _ForkedWorker(_IsolatedProcess, context.ForkServerProcess):
        """A process that begins with what the server has."""

    class _ForkedAside(context.ForkServerContext):
        Process = _ForkedWorker


def _leave_interrupts_alone() -> None:
    """Let the parent decide what an interrupt ends: a run cut short must not count as done."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class SerialExecutor(Executor):
    """Does the work at once, in this process."""

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Do it, and return what came of it; what it raises comes out here already."""
        future: Future[_T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future
