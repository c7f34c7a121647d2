"""What keeps a loop from trying, or from telling its actions apart."""

from mock_service.diagnosis.facts import LoopEvidence
from mock_service.diagnosis.finding import Finding, Severity
from mock_service.diagnosis.policy_properties import explores_with_epsilon
from mock_service.loop.configuration import LearningMode

_ENOUGH = 50
_NEARLY_ALL = 0.95
_SURELY_SHOWN = 5.0
"""An action expected to be shown so often is never shown by chance once in 150 times."""
_NAMED = 5


def imitation(facts: LoopEvidence) -> Finding | None:
    """The loop shows the baseline and not its own choice."""
    mode = facts.arrangement.learning_mode
    if mode is None or mode is LearningMode.ONLINE:
        return None
    learns = (
        "learns to imitate it, whatever the rewards"
        if mode is LearningMode.APPRENTICE
        else "only keeps its rewards"
    )
    return Finding(
        "not-online",
        Severity.STOPS,
        f"The learning mode is {mode}.",
        f"Users see the first action of every request, and the loop {learns}.",
        "Set learningMode to Online in the service configuration.",
    )


def no_exploration(facts: LoopEvidence) -> Finding | None:
    """Only the favourite is ever shown."""
    seen, set_to = facts.seen, facts.arrangement.exploration
    if set_to is None and seen is not None and seen.choices >= _ENOUGH:
        if seen.certain < _NEARLY_ALL * seen.choices:
            return None  # the first few may have come before there was anything to prefer
        what = (
            f"In {seen.certain:,} of {seen.choices:,} decisions the chosen action had every chance."
        )
    elif set_to == 0 and _by_epsilon(facts):
        what = "The exploration percentage is 0."
    else:
        return None
    return Finding(
        "exploration-0",
        Severity.STOPS,
        what,
        "Only the action believed to be best is shown, so a wrong belief is never put to the test.",
        "Set explorationPercentage to 0.1 or 0.2.",
    )


def nothing_but_exploration(facts: LoopEvidence) -> Finding | None:
    """Every choice is made by lot."""
    seen, set_to = facts.seen, facts.arrangement.exploration
    if set_to is None and seen is not None and seen.choices >= _ENOUGH:
        if seen.even < seen.choices or seen.lowest >= seen.highest or actions_alike(facts):
            return None  # or there was nothing to learn that could have made a difference
        what = f"In all {seen.choices:,} decisions every action had the same chance."
        advice = (
            "Set explorationPercentage to 0.1 or 0.2; if it is, no model was ever exported: see "
            "modelExportFrequency."
        )
    elif set_to == 1 and _by_epsilon(facts):
        what = "The exploration percentage is 1."
        advice = "Set explorationPercentage to 0.1 or 0.2."
    else:
        return None
    return Finding(
        "exploration-1",
        Severity.STOPS,
        what,
        "Actions are shown by lot: whatever is learned, users never get to see it.",
        advice,
    )


def nothing_to_choose(facts: LoopEvidence) -> Finding | None:
    """Every decision had one action."""
    seen = facts.seen
    if seen is None or not seen.decisions or seen.choices:
        return None
    return Finding(
        "one-action",
        Severity.STOPS,
        f"All {seen.decisions:,} decisions had one action to choose from.",
        "Without an alternative there is nothing to learn.",
        "Send all candidates in one rank request, and exclude fewer of them.",
    )


def actions_alike(facts: LoopEvidence) -> Finding | None:
    """Actions have no features that tell them apart."""
    seen = facts.seen
    if seen is None or not seen.alike or 2 * seen.alike < seen.choices:
        return None
    return Finding(
        "actions-alike",
        Severity.STOPS,
        f"In {seen.alike:,} of {seen.choices:,} decisions all actions had the same features.",
        "An action's id is no feature: actions whose features are the same are one and the same.",
        "Give actions features that tell them apart, such as a topic, or the id itself if there "
        "are few of them.",
    )


def never_shown(facts: LoopEvidence) -> Finding | None:
    """Actions are offered again and again and never shown."""
    if facts.seen is None or imitation(facts) is not None:
        return None
    never = [one for one in facts.seen.actions if one.offered >= _ENOUGH and not one.shown]
    if not never:
        return None
    is_random = 1 <= max(one.expected for one in never) < _SURELY_SHOWN
    names = ", ".join(one.id for one in never[:_NAMED])
    more = f" and {len(never) - _NAMED} more" if len(never) > _NAMED else ""
    most = max(one.offered for one in never)
    return Finding(
        "never-shown",
        Severity.NOTE if is_random else Severity.SLOWS,
        f"{len(never)} of {len(facts.seen.actions)} actions were offered up to {most:,} times and "
        f"never shown: {names}{more}.",
        "What is never shown earns no reward, and nothing is learned about it.",
        "Let more decisions come, or raise the exploration: so far it is a matter of chance."
        if is_random
        else "Raise the exploration, offer fewer actions at once, or stop offering these.",
    )


def _by_epsilon(facts: LoopEvidence) -> bool:
    policy = facts.arrangement.policy
    return policy is None or explores_with_epsilon(policy)


CHOOSING = (
    imitation,
    no_exploration,
    nothing_but_exploration,
    nothing_to_choose,
    actions_alike,
    never_shown,
)
