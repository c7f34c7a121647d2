"""What keeps a model from learning, and features from being of use to it."""

from collections.abc import Callable

from mock_service.diagnosis.facts import FeatureKind, FeatureSeen, LoopEvidence
from mock_service.diagnosis.finding import Finding, Severity
from mock_service.diagnosis.policy_properties import crosses, learning_rate, trained_events_needed
from mock_service.loop.configuration import Mode

_ENOUGH = 50
_NEARLY_ALL = 0.9
_HARDLY = 5
_MANY_TIMESTAMPS = 20
_NAMED = 5


def no_interactions(facts: LoopEvidence) -> Finding | None:
    """Features of the context never meet features of actions."""
    policy, seen = facts.arrangement.policy, facts.seen
    if policy is None or (seen is not None and seen.contexts <= 1):
        return None
    if crosses(policy, seen.initials if seen else frozenset("F")):
        return None
    return Finding(
        "no-interactions",
        Severity.STOPS,
        f"The learning policy crosses no context feature with an action feature: {policy}",
        "The context moves all actions alike, so everybody gets the same ranking.",
        "Add -q :: to the learning policy, which crosses all features by two.",
    )


def too_few_events(facts: LoopEvidence) -> Finding | None:
    """The learning rate wants more lessons than there were."""
    policy, feedback = facts.arrangement.policy, facts.feedback
    if policy is None or feedback is None or not feedback.trained:
        return None
    needed, rate = trained_events_needed(policy), learning_rate(policy)
    if feedback.trained >= needed:
        return None
    whose = "Vowpal Wabbit's own learning rate" if rate is None else f"a learning rate of {rate:g}"
    return Finding(
        "too-few-events",
        Severity.STOPS if feedback.trained * _HARDLY < needed else Severity.SLOWS,
        f"{feedback.trained:,} decisions were learned from; with {whose} it takes about {needed:,} "
        "until one can see it.",
        "The model still ranks nearly as it did in the beginning.",
        "Let more decisions come, or set a learning policy with a higher rate (-l) or without "
        "--power_t 0; `personalizer-lab evaluate` compares policies on the log.",
    )


def not_published(facts: LoopEvidence) -> Finding | None:
    """What was learned is not in the model that ranks."""
    feedback = facts.feedback
    if feedback is None or facts.arrangement.mode is not Mode.AZURE or feedback.published is None:
        return None
    if feedback.published or not feedback.trained:
        return None
    return Finding(
        "nothing-exported",
        Severity.STOPS,
        f"{feedback.trained:,} decisions were learned from and none is in the model that ranks; "
        f"the next export is at {feedback.next_export}.",
        "Ranks see what was learned only after the next export of the model.",
        "Wait for it, set a shorter modelExportFrequency, or move a manual clock with /mock/clock.",
    )


def unique_ids(facts: LoopEvidence) -> Finding | None:
    """Features are different nearly every time."""
    return _useless(
        facts,
        _is_id,
        "unique-ids",
        "is different nearly every time",
        "What is learned about a value that never comes again helps no later decision.",
        "Leave it out, or send what it stands for: a segment, a country, a kind of device.",
    )


def timestamps(facts: LoopEvidence) -> Finding | None:
    """Features are moments."""
    return _useless(
        facts,
        _is_timestamp,
        "timestamps",
        "is a moment in time",
        "No moment comes again, so nothing learned about one helps any later decision.",
        "Send what comes again: the part of the day, the day of the week, a weekend.",
    )


def _useless(
    facts: LoopEvidence,
    is_one: Callable[[FeatureSeen], bool],
    *words: str,
) -> Finding | None:
    """Find features of one useless sort; they stop learning if the context holds no others."""
    if facts.seen is None:
        return None
    found = [one for one in facts.seen.features if is_one(one)]
    if not found:
        return None
    name, what, means, advice = words
    context = [one for one in facts.seen.features if one.side == "context" and one.values > 1]
    others = [one for one in context if not _is_id(one) and not _is_timestamp(one)]
    stops = not others and any(one.side == "context" for one in found)
    listed = "; ".join(
        f"{one.side} feature {one.name} ({one.values:,} values in {one.times:,}, "
        f"like {one.example!r})"
        for one in found[:_NAMED]
    )
    more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    severity = Severity.STOPS if stops else Severity.SLOWS
    return Finding(name, severity, f"A feature that {what}: {listed}{more}.", means, advice)


def _is_id(feature: FeatureSeen) -> bool:
    return (
        feature.kind in {FeatureKind.WORD, FeatureKind.LARGE_NUMBER}
        and feature.times >= _ENOUGH
        and feature.values >= _NEARLY_ALL * feature.times
    )


def _is_timestamp(feature: FeatureSeen) -> bool:
    return feature.kind is FeatureKind.TIMESTAMP and feature.values >= _MANY_TIMESTAMPS


LEARNING = (no_interactions, too_few_events, not_published, unique_ids, timestamps)
