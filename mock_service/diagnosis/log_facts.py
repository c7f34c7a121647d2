"""Facts from a log: what was decided and what came of it, and nothing about the loop's settings."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from mock_service.diagnosis.decision_stats import (
    DecisionSample,
    DecisionStatsBuilder,
    SampleFeatures,
)
from mock_service.diagnosis.facts import FeedbackCounts, LoopEvidence, LoopSetup
from mock_service.dsjson.event import LoggedDecision, LoggedMultiSlot, NotAnEvent, slot_decision
from mock_service.dsjson.learning_modes import Label, infer_modes, read_label
from mock_service.dsjson.reader import Event, LineKind, LogReader
from mock_service.loop.configuration import LearningMode

_HAS_REWARDS = "what still waits, came late or is published: a log holds settled decisions only"
_NO_POLICY = (
    "whether the learning policy crosses features, and whether its learning rate is too low: give "
    "the policy with --policy"
)


def facts_of_log(index: str, events: Iterable[Event], policy: str | None) -> LoopEvidence:
    """Return what the events of a log tell; of multi-slot events their first slot."""
    watch, counts = DecisionStatsBuilder(), Counter[str]()
    labels: list[Label] = []
    for event in events:
        try:
            decision = slot_decision(event) if isinstance(event, LoggedMultiSlot) else event
        except NotAnEvent:  # what came of it is not in the log
            continue
        labels.append(read_label(decision))
        watch.note(_sample(decision), partial(_features, decision))
        _count(counts, decision)
    return LoopEvidence(
        index=index,
        arrangement=LoopSetup(policy=policy, learning_mode=_last_mode(labels)),
        feedback=_feedback(counts),
        seen=watch.sightings(),
        unknown=(_HAS_REWARDS, *([] if policy else [_NO_POLICY])),
    )


def _last_mode(labels: Sequence[Label]) -> LearningMode | None:
    """Return the mode the loop was in at the end of the log, unless that is the usual one."""
    modes = infer_modes(labels)
    return modes[-1] if modes and modes[-1] is not LearningMode.ONLINE else None


def with_lines(facts: LoopEvidence, reader: LogReader) -> LoopEvidence:
    """Add what the lines of a log tell that are no settled decisions."""
    strays, feedback = reader.counts[LineKind.DANGLING], facts.feedback
    if feedback is None:
        return facts
    return replace(
        facts,
        feedback=replace(
            feedback,
            decisions=feedback.decisions + reader.counts[LineKind.UNLABELLED],
            rewards=feedback.rewards + strays,
            strays=strays,
        ),
    )


def _feedback(counts: Counter[str]) -> FeedbackCounts:
    return FeedbackCounts(
        decisions=counts["decisions"],
        rewards=counts["rewards"],
        joined=counts["joined"],
        defaulted=counts["defaulted"],
        not_activated=counts["not_activated"],
        trained=counts["trained"],
    )


def _count(counts: Counter[str], event: LoggedDecision) -> None:
    rewards = sum(one.value is not None and not one.action_taken for one in event.observations)
    was_rewarded = bool(rewards) or bool(event.original_cost or event.cost)
    learned = not event.skip_learn
    counts["decisions"] += 1
    counts["rewards"] += max(rewards, was_rewarded)
    counts["joined"] += learned and was_rewarded
    counts["defaulted"] += learned and not was_rewarded
    counts["not_activated"] += event.skip_learn
    counts["trained"] += learned


def _sample(event: LoggedDecision) -> DecisionSample:
    cost = event.cost if event.original_cost is None else event.original_cost
    actions = event.actions
    return DecisionSample(
        [
            (actions[index].id, probability)
            for index, probability in zip(event.order, event.probabilities, strict=True)
        ],
        None if event.skip_learn else 0.0 - cost,
    )


def _features(event: LoggedDecision) -> SampleFeatures:
    actions = event.actions
    return SampleFeatures(event.context, [actions[index].features for index in event.order])
