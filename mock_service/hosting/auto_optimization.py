"""Automatic optimization: when a loop's policy is due to be questioned."""

from datetime import datetime, timedelta

from mock_service.evaluation.job import EvaluationRequest, EvaluationResult, JobKind
from mock_service.hosting.evaluation_jobs import JobRepository
from mock_service.loop.configuration import Configuration, LearningMode
from mock_service.loop.ids import IdSource, new_guid
from mock_service.loop.state import LoopState
from mock_service.storage.codec import to_microseconds
from mock_service.storage.looks import keep_look, last_looks
from mock_service.vowpal.policy_arguments import is_multi_slot

MIN_EVENTS = 1_000
"""With fewer settled events nothing is evaluated: no policy could be surely better."""

_USUAL = timedelta(days=14)
_ENOUGH = 20_000
"""So many events of the last two weeks are enough (about 20 MB of logs); else all are taken."""


class AutoOptimizationScheduler:
    """Asks for an evaluation of a loop whenever its configuration says so.

    The clock decides. Of several moments that have passed unseen, only the last one counts.
    """

    def __init__(self, jobs: JobRepository) -> None:
        self._jobs = jobs
        self._passed: dict[int, int] = {}

    def look(self, number: int, state: LoopState, now: datetime, ids: IdSource) -> None:
        """Ask for an evaluation if one is due and there are events enough.

        Raises:
            StorageFailed: what has settled could not be kept.
        """
        due = due_at(state, now)
        if due is None or self._passed.get(number) == to_microseconds(due):
            return
        self._passed[number] = to_microseconds(due)
        keep_look(self._jobs.queue, number, to_microseconds(due))
        self._jobs.queue.flush()  # what has settled only now counts, too
        latest = self._jobs.latest_automatic(number)
        if latest is not None and due <= latest <= now:
            return
        if (start := self._start(number, now)) is not None:
            self._jobs.add(number, _inquiry(state, start, now, new_guid(ids)))

    def forget(self, number: int) -> None:
        """Look at a loop anew, if there is one of that number again."""
        self._passed.pop(number, None)

    def reload(self) -> None:
        """Go by what is kept: the loops are others now."""
        self._passed = last_looks(self._jobs.queue)

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


def due_at(state: LoopState, now: datetime) -> datetime | None:
    """Return the last moment at which the loop was to be optimised; None if there was none."""
    configuration = state.configuration
    start, frequency = (
        configuration.auto_optimization_start,
        configuration.auto_optimization_frequency,
    )
    if start is None or start > now or not _applies(state, configuration):
        return None
    return start + (now - start) // frequency * frequency


def _applies(state: LoopState, configuration: Configuration) -> bool:
    return (
        configuration.auto_optimization
        and configuration.auto_optimization_frequency > timedelta()
        and configuration.learning_mode is LearningMode.ONLINE
        and not is_multi_slot(state.policy)
    )


def _inquiry(state: LoopState, start: datetime, now: datetime, id_: str) -> EvaluationRequest:
    return EvaluationRequest(
        kind=JobKind.EVALUATION,
        id=id_,
        name=f"Automatic optimization of {now:%Y-%m-%d}",
        start=start,
        end=now,
        created=now,
        online=state.policy,
        exploration=state.configuration.exploration,
        optimize=True,
        automatic=True,
        newest=False,
    )
