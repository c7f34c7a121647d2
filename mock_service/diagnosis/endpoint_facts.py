"""Facts from an endpoint: one of ours tells all, any other its configuration and its policy."""

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from mock_service.conformance.probe import (
    TIMEOUT_SECONDS,
    TOTAL_SECONDS,
    ContractClient,
    Reply,
)
from mock_service.diagnosis.decision_stats import (
    DecisionSample,
    DecisionStatsBuilder,
    SampleFeatures,
)
from mock_service.diagnosis.facts import DecisionStats, FeedbackCounts, LoopEvidence, LoopSetup
from mock_service.errors import SettingsInvalid
from mock_service.exchange import Exchange
from mock_service.loop.configuration import LearningMode, Mode
from mock_service.loop.decision_history import MAX_DECISIONS

_V1 = "/personalizer/v1.0/configurations"
_PREVIEW = "/personalizer/v1.1-preview.3/configurations"
_MAX_REPLY = 120
_NO_CONTROL = (
    "how many rewards were joined, came late or wait, which actions were shown, and what features "
    "were sent: this endpoint has no /mock/learning, or does not open it (a server that other "
    "machines can reach opens it with --allow-control); export its log and examine that"
)
_NO_ACTIONS = "features of actions: an endpoint does not tell them; export its log and examine that"
_OTHER_LOOPS = "which of the latest decisions are this loop's: the server holds several loops"

_Count = Annotated[int, Field(ge=0, le=10**15)]


class _Answer(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True, allow_inf_nan=False)


class _Configuration(_Answer):
    exploration_percentage: Annotated[float, Field(ge=0, le=1)]
    reward_wait_time: timedelta
    learning_mode: Annotated[
        LearningMode | None, BeforeValidator(lambda text: _MODES.get(str(text).lower()))
    ] = None


class _Policy(_Answer):
    arguments: str


class _Learning(_Answer):
    mode: Mode
    decisions: _Count
    rewards: _Count
    waiting: _Count
    joined: _Count
    defaulted: _Count
    dropped_as_late: _Count
    dropped_as_not_activated: _Count
    trained: _Count
    published: _Count
    next_export: str | None


class _RankingLine(_Answer):
    id: str
    probability: float


class _Decision(_Answer):
    context: list[Any]
    chosen: str
    probability: float
    ranking: list[_RankingLine]
    deferred: bool
    activated: bool
    settled: bool
    rewards: list[float]
    reward: float | None
    learned: bool


class _Decisions(_Answer):
    decisions: list[_Decision]


_MODES = {mode.lower(): mode for mode in LearningMode}
_Model = TypeVar("_Model", bound=_Answer)


def facts_of_endpoint(endpoint: str, key: str) -> LoopEvidence:
    """Return what the endpoint tells.

    Raises:
        EndpointUnreachable: no answer comes.
        SettingsInvalid: what answers is no Personalizer, or the key does not fit.
    """
    if not endpoint.startswith(("http://", "https://")):
        raise SettingsInvalid(
            f"--endpoint: expected an address like http://127.0.0.1:5000, got {endpoint!r}"
        )
    with closing(Exchange(TIMEOUT_SECONDS, total=TOTAL_SECONDS)) as exchange:
        return _facts(endpoint, ContractClient(endpoint, key, exchange))


def _facts(endpoint: str, probe: ContractClient) -> LoopEvidence:
    facts = LoopEvidence(index=endpoint, arrangement=_arrangement(probe))
    learning = _fetch(probe, "/mock/learning", _Learning)
    found = _fetch(probe, f"/mock/decisions?last={MAX_DECISIONS}", _Decisions)
    if learning is None or found is None:
        return replace(facts, unknown=(_NO_CONTROL,))
    decisions = found.decisions
    unknown = [_NO_ACTIONS, *([_OTHER_LOOPS] if len(decisions) > learning.decisions else [])]
    return replace(
        facts,
        arrangement=replace(facts.arrangement, mode=learning.mode),
        feedback=_count_feedback(learning, decisions),
        seen=_decision_stats(decisions),
        unknown=tuple(unknown),
    )


def _arrangement(probe: ContractClient) -> LoopSetup:
    configuration = _must_tell(probe, f"{_V1}/service", _Configuration)
    policy = _must_tell(probe, f"{_V1}/policy", _Policy)
    preview = _fetch(probe, f"{_PREVIEW}/service", _Configuration)
    return LoopSetup(
        policy=policy.arguments,
        exploration=configuration.exploration_percentage,
        wait=configuration.reward_wait_time,
        learning_mode=preview.learning_mode if preview else None,
    )


def _count_feedback(learning: _Learning, decisions: Sequence[_Decision]) -> FeedbackCounts:
    """Return the loop's counts; stray rewards are those that no decision has."""
    joined = sum(len(one.rewards) for one in decisions)
    all_listed = len(decisions) == learning.decisions
    return FeedbackCounts(
        decisions=learning.decisions,
        rewards=learning.rewards,
        joined=learning.joined,
        defaulted=learning.defaulted,
        not_activated=learning.dropped_as_not_activated,
        trained=learning.trained,
        waiting=learning.waiting,
        dormant=sum(one.deferred and not one.activated and not one.settled for one in decisions),
        late=learning.dropped_as_late,
        strays=max(0, learning.rewards - learning.dropped_as_late - joined) if all_listed else None,
        published=learning.published,
        next_export=learning.next_export or "",
    )


def _decision_stats(decisions: Sequence[_Decision]) -> DecisionStats:
    watch = DecisionStatsBuilder()
    for one in decisions:
        others = [(line.id, line.probability) for line in one.ranking if line.id != one.chosen]
        eligible = [line for line in others if line[1] > 0]
        probabilities = [(one.chosen, one.probability), *(eligible or others)]
        sample = DecisionSample(probabilities, one.reward if one.learned else None)
        watch.note(sample, partial(_features, one))
    return watch.sightings()


def _features(decision: _Decision) -> SampleFeatures:
    return SampleFeatures(json.dumps(decision.context))


def _must_tell(probe: ContractClient, path: str, model: type[_Model]) -> _Model:
    """Return what every Personalizer tells."""
    reply = probe.send("GET", path)
    found = _read(reply, model)
    if reply.status == HTTPStatus.UNAUTHORIZED:
        raise SettingsInvalid("the endpoint refuses the key: give its own, as --key or variable")
    if found is None:
        text = " ".join(reply.body.decode(errors="replace").split())[:_MAX_REPLY]
        raise SettingsInvalid(
            f"{path} of the endpoint answered {reply.status}, expected what a Personalizer says of "
            f"its settings: {text}"
        )
    return found


def _fetch(probe: ContractClient, path: str, model: type[_Model]) -> _Model | None:
    """Return what some tell; None from others."""
    return _read(probe.send("GET", path), model)


def _read(reply: Reply, model: type[_Model]) -> _Model | None:
    if reply.status != HTTPStatus.OK:
        return None
    try:
        return model.model_validate_json(reply.body)
    except ValidationError:
        return None
