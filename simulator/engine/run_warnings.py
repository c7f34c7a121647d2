"""What a run's figures do not show by themselves: rewards that came to nothing, times not reached.

Each finding is a warning in words. One that makes a comparison meaningless voids its verdict.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from simulator.model import LearningRecord
from simulator.personalizer.retrying_client import RequestStats, UnusableReplies
from simulator.scenario.model import Scenario
from simulator.scenario.reward_timing import LONGEST_WAIT, covering_wait

_MUCH = 0.01
"""The share of rewards that may come too late before nothing can be said any more."""
_UNITS = (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1))


@dataclass(frozen=True, slots=True)
class RunWarning:
    """Something that people must know who read a run's figures."""

    kind: str
    message: str
    voids_verdict: bool = False


def duration_text(duration: timedelta) -> str:
    """Return a duration to the second, as a scenario file would write it."""
    seconds, parts = round(duration.total_seconds()), []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        parts += [f"{count}{unit}"] if count else []
    return "".join(parts) or "0s"


def clock_text(offset: timedelta) -> str:
    """Return a moment on the scenario's clock, which begins at midnight of day 1."""
    hours, rest = divmod(offset.seconds, 3600)
    return f"day {offset.days + 1} {hours:02d}:{rest // 60:02d}"


def warn_of_late(record: LearningRecord, delay: timedelta) -> RunWarning | None:
    """Return what came of rewards that came after the loop's wait; `delay` is their longest."""
    if not record.late:
        return None
    wait = timedelta(seconds=record.reward_wait_seconds)
    share = record.late / (record.late + record.rewarded)
    covering = covering_wait(delay, wait)
    remedy = (
        f"a wait of {duration_text(covering)} covers them"
        if covering > wait
        else f"the service waits {duration_text(LONGEST_WAIT)} at most"
    )
    return RunWarning(
        "late-rewards",
        f"{record.late:,} of {record.late + record.rewarded:,} rewards ({share:.1%}) came after "
        f"the loop's wait of {duration_text(wait)} was over: for their events it learned "
        f"{record.default_reward:g}, as if nothing had come. Rewards come up to "
        f"{duration_text(delay)} after a visit: {remedy}.",
        voids_verdict=share > _MUCH,
    )


def warn_of_nothing_learned(record: LearningRecord, covered: timedelta) -> RunWarning | None:
    """Return that no visit saw anything of what was learned, and why that may be."""
    if record.seen_by_ranks:
        return None
    wait = timedelta(seconds=record.reward_wait_seconds)
    why = (
        "it learned from no event"
        if not record.trained
        else f"it learned from {record.trained:,} events, too late for any visit"
    )
    return RunWarning(
        "learned-nothing",
        f"no visit saw a model that had learned: {why}. The visits cover "
        f"{duration_text(covered)}; the loop waits {duration_text(wait)} for rewards, and in azure "
        "mode for its next export. Let more visits come, or shorten the wait and the export.",
        voids_verdict=True,
    )


def warn_of_lost(reported: int, lost: int) -> RunWarning | None:
    """Return that rewards never arrived, as the scenario wants it."""
    if not lost:
        return None
    return RunWarning(
        "lost-rewards",
        f"{lost:,} of {reported:,} rewards ({lost / reported:.1%}) never arrived, as the "
        "scenario's feedback.lost says: the loop took the silence for its default reward.",
    )


def warn_of_unsent(unsent: int) -> RunWarning | None:
    """Return that rewards were still on their way when a run ended early."""
    if not unsent:
        return None
    return RunWarning("unsent-rewards", f"{unsent:,} rewards were still on their way at the end.")


def warn_of_requests(requests: RequestStats | None) -> RunWarning | None:
    """Return that requests were given up, and with them what they would have taught."""
    if requests is None or not requests.lost:
        return None
    return RunWarning(
        "lost-requests",
        f"{requests.lost:,} of {requests.sent:,} requests were lost after all tries: the endpoint "
        "did not hear of these rewards.",
    )


def warn_of_replies(replies: UnusableReplies | None) -> RunWarning | None:
    """Return that ranks were answered with no ranking, and so were not rewarded."""
    if replies is None:
        return None
    return RunWarning(
        "unusable-replies",
        f"{replies.count:,} of {replies.ranks:,} replies were unusable, showed the first action "
        f"and were not rewarded: {replies.first}",
    )


def warn_of_unreached(scenario: Scenario, end: timedelta) -> Iterator[RunWarning]:
    """Yield the changes of a scenario that come after the last visit, at `end`."""
    said = f"the run ends at {clock_text(end)} ({duration_text(end)} after its beginning)"
    for number, drift in enumerate(scenario.drifts, 1):
        begins, done = drift.at, drift.at + drift.over
        if end < begins:
            yield _not_reached(f"drift {number} begins after {duration_text(begins)}", said)
        elif end < done:
            yield _not_reached(f"drift {number} is complete after {duration_text(done)}", said)
    for action in scenario.actions:
        if end < action.since:
            yield _not_reached(f"{action.id} appears after {duration_text(action.since)}", said)
        elif action.until is not None and end < action.until:
            yield _not_reached(f"{action.id} leaves after {duration_text(action.until)}", said)


def _not_reached(what: str, said: str) -> RunWarning:
    return RunWarning(
        "not-reached", f"{what}, and {said}: let more visits come to see what that does."
    )
