"""Automatic optimization: when a loop's policy is due to be questioned."""

from collections.abc import Callable
from datetime import datetime, timedelta

from mock_service.errors import LearningPolicyInvalid
from mock_service.evaluation.job import EvaluationRequest, EvaluationResult, JobKind, Status
from mock_service.hosting.evaluation_jobs import Job, JobRepository
from mock_service.hosting.hosted_loop import HostedLoop
from mock_service.hosting.loop_registry import LoopRegistry
from mock_service.loop.configuration import Configuration, LearningMode, ProblemType
from mock_service.loop.ids import IdSource, new_guid
from mock_service.loop.state import LoopState
from mock_service.storage.codec import to_microseconds
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.looks import keep_look, last_look

MIN_EVENTS = 1_000
"""With fewer settled events nothing is evaluated: no policy could be surely better."""

_USUAL = timedelta(days=14)
_ENOUGH = 20_000
"""With as many events in the last two weeks older ones are left out (about 20 MB of logs)."""


class AutoOptimizationScheduler:
    """Asks for an evaluation of a loop whenever its configuration says so.

    The clock decides. Of several due timestamps that have passed, only the last one counts.
    """

    def __init__(
        self, jobs: JobRepository, queue: CommitQueue, ids: Callable[[], IdSource]
    ) -> None:
        """Add evaluations to `jobs`, with ids of the present source of `ids`."""
        self._jobs, self._queue, self._ids = jobs, queue, ids

    def check(self, hosted: HostedLoop, now: datetime) -> None:
        """Ask for an evaluation if one is due and there are events enough.

        Raises:
            StorageFailed: what has settled could not be stored.
        """
        number, loop = hosted.number, hosted.loop
        due = due_at(loop.state, now)
        if due is None or loop.problem_type is ProblemType.MULTI_SLOT:
            return
        if last_look(self._queue, number) == to_microseconds(due):
            return
        keep_look(self._queue, number, to_microseconds(due))
        self._queue.flush()  # what has settled only now counts, too
        latest = self._jobs.latest_automatic(number)
        if latest is not None and due <= latest <= now:
            return
        if (start := self._start(number, now)) is not None:
            self._jobs.add(number, _evaluation(loop.state, start, now, new_guid(self._ids())))

    def _start(self, number: int, now: datetime) -> datetime | None:
        """Return from when on events are taken; None where there are too few."""
        recent = now - _USUAL
        if self._jobs.count_events(number, recent, now, _ENOUGH) >= _ENOUGH:
            return recent
        first = self._jobs.first_event(number)
        if first is None or self._jobs.count_events(number, first, now, MIN_EVENTS) < (MIN_EVENTS):
            return None
        return first


def find_better(
    asked: EvaluationRequest, findings: EvaluationResult, state: LoopState
) -> str | None:
    """Return the policy that was found better; None if there is none, or the loop has moved on."""
    better = findings.course(findings.optimal)
    if state.policy != asked.online or not state.configuration.auto_optimization:
        return None
    return better.arguments if better else None


async def apply_optimized(loops: LoopRegistry, job: Job, result: EvaluationResult) -> Status:
    """Apply the policy an automatic optimization has found, unless the loop has moved on."""
    hosted = loops.find_number(job.loop)
    better = hosted and find_better(job.inquiry, result, hosted.loop.state)
    if not hosted or not better:
        return Status.RETAINED
    name = hosted.name
    try:
        await loops.change(
            name, lambda: loops[name].loop, lambda loop: loop.change_policy_in_steps(better)
        )
    except LearningPolicyInvalid:
        return Status.RETAINED
    return Status.APPLIED


def due_at(state: LoopState, now: datetime) -> datetime | None:
    """Return the last timestamp at which the loop was to be optimised; None if there was none."""
    configuration = state.configuration
    start, frequency = (
        configuration.auto_optimization_start,
        configuration.auto_optimization_frequency,
    )
    if start is None or start > now or not _applies(configuration):
        return None
    return start + (now - start) // frequency * frequency


def _applies(configuration: Configuration) -> bool:
    return (
        configuration.auto_optimization
        and configuration.auto_optimization_frequency > timedelta()
        and configuration.learning_mode is LearningMode.ONLINE
    )


def _evaluation(state: LoopState, start: datetime, now: datetime, id_: str) -> EvaluationRequest:
    return EvaluationRequest(
        kind=JobKind.EVALUATION,
        id=id_,
        name=f"Automatic optimization of {now:%Y-%m-%d}",
        start=start,
        end=now,
        created=now,
        online=state.policy,
        exploration=state.exploration,
        optimize=True,
        automatic=True,
        newest=False,
    )
