"""What keeps a loop from hearing how its decisions went."""

from datetime import timedelta

from mock_service.diagnosis.facts import FeedbackCounts, LoopEvidence
from mock_service.diagnosis.finding import Finding, Severity, severity_of_loss
from mock_service.loop.configuration import Mode

_ENOUGH_REWARDS = 20


def nothing_decided(facts: LoopEvidence) -> Finding | None:
    """No rank request has come."""
    feedback = facts.feedback
    if feedback is None or feedback.decisions:
        return None
    return Finding(
        "nothing-decided",
        Severity.STOPS,
        "No decision has been made: 0 rank requests.",
        "There is nothing to learn from.",
        "Check that the application calls rank at this endpoint, and with this loop's key.",
    )


def no_reward(facts: LoopEvidence) -> Finding | None:
    """Decisions were made, and no reward came for any of them."""
    feedback = facts.feedback
    if feedback is None or not feedback.decisions or feedback.rewards:
        return None
    return Finding(
        "no-rewards",
        Severity.STOPS,
        f"{feedback.decisions:,} decisions and no reward for any of them; "
        f"{feedback.defaulted:,} have settled with the default reward.",
        "Every action seems worth the same, so there is nothing to choose by.",
        "Send a reward to /events/{eventId}/reward for the event id that rank returned.",
    )


def stray_rewards(facts: LoopEvidence) -> Finding | None:
    """Rewards came whose event ids no decision has."""
    feedback = facts.feedback
    if feedback is None or not feedback.strays:
        return None
    return Finding(
        "rewards-not-joined",
        severity_of_loss(feedback.strays / max(feedback.rewards, feedback.strays)),
        f"{feedback.strays:,} of {max(feedback.rewards, feedback.strays):,} rewards name an event "
        "id that no decision has.",
        "A reward is joined to its decision by the event id; these are accepted and forgotten.",
        "Reward with the very event id that rank was given or returned: check its case, its "
        "encoding in the URL, and that both calls go to the same loop.",
    )


def late_rewards(facts: LoopEvidence) -> Finding | None:
    """Rewards came after the wait was over."""
    feedback = facts.feedback
    if feedback is None or not feedback.late:
        return None
    if facts.arrangement.mode is Mode.QUICK:
        return _after_learning(feedback, facts.arrangement.wait)
    wait = facts.arrangement.wait
    return Finding(
        "rewards-late",
        severity_of_loss(feedback.late / max(feedback.rewards, feedback.late)),
        f"{feedback.late:,} of {feedback.rewards:,} rewards came when the reward wait time"
        f"{f' of {wait}' if wait else ''} was over.",
        "They were dropped, and their events learned with the default reward.",
        "Set a rewardWaitTime longer than the slowest rewards take, or send them earlier.",
    )


def _after_learning(feedback: FeedbackCounts, wait: timedelta | None) -> Finding:
    """Return what rewards came to that came after quick mode had learned from their event.

    They are second ones, or came when the wait was over: no more of them than silent events.
    """
    too_late = min(feedback.late, feedback.defaulted)
    return Finding(
        "rewards-late",
        severity_of_loss(too_late / max(feedback.rewards, feedback.late)),
        f"{feedback.late:,} of {feedback.rewards:,} rewards came when their event had been learned "
        "from already.",
        "Quick mode learns from an event with its first reward, or with the default reward when "
        f"the wait{f' of {wait}' if wait else ''} is over: what comes later changes nothing.",
        "If all rewards of an event count, choose a rewardAggregation such as sum; if they come "
        "late, a rewardWaitTime longer than they take.",
    )


def waiting(facts: LoopEvidence) -> Finding | None:
    """Nothing has been learned because the wait is not over."""
    feedback = facts.feedback
    if feedback is None or feedback.trained or feedback.waiting <= feedback.dormant:
        return None
    if feedback.rewards <= feedback.late + (feedback.strays or 0):
        return None  # nothing to wait for has come
    wait = facts.arrangement.wait
    return Finding(
        "wait-not-over",
        Severity.STOPS,
        f"{feedback.waiting:,} decisions wait for more rewards and none has been learned from yet.",
        f"A decision is learned from when its reward wait time{f' of {wait}' if wait else ''} "
        "is over.",
        "Wait that long, set a shorter rewardWaitTime, or move a manual clock with /mock/clock.",
    )


def never_activated(facts: LoopEvidence) -> Finding | None:
    """Deferred decisions were not activated."""
    feedback = facts.feedback
    if feedback is None:
        return None
    asleep = feedback.not_activated + (0 if feedback.trained else feedback.dormant)
    share = asleep / max(1, feedback.decisions)
    severity = severity_of_loss(share)
    if not asleep or severity is Severity.NOTE:
        return None
    return Finding(
        "never-activated",
        severity,
        f"{asleep:,} of {feedback.decisions:,} decisions were deferred and never activated.",
        "Nothing is learned from a deferred decision, whatever its reward, until it is activated.",
        "Call /events/{eventId}/activate when an action is shown, or rank without deferActivation.",
    )


def constant_rewards(facts: LoopEvidence) -> Finding | None:
    """All decisions settled with one and the same reward."""
    seen, feedback = facts.seen, facts.feedback
    if seen is None or seen.settled < _ENOUGH_REWARDS or seen.lowest != seen.highest:
        return None
    if feedback is not None and not feedback.joined:
        return None  # silence, which is another illness
    return Finding(
        "constant-rewards",
        Severity.STOPS,
        f"All {seen.settled:,} settled decisions have the same reward: {seen.lowest:g}.",
        "Where every action earns the same, none is better than another.",
        "Reward what users do differently: a 1 only for success, with a default reward of 0 for "
        "silence, or a graded score.",
    )


FEEDBACK_CHECKS = (
    nothing_decided,
    no_reward,
    stray_rewards,
    late_rewards,
    waiting,
    never_activated,
    constant_rewards,
)
