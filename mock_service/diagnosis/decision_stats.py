"""From decisions, one after the other, to what they show in all."""

from collections.abc import Callable, Sequence
from math import inf
from typing import NamedTuple

from mock_service.diagnosis.facts import ActionSeen, DecisionStats
from mock_service.diagnosis.feature_stats import FeatureLog
from mock_service.vowpal.features import CONTEXT_NAMESPACE

_LOOKED_INTO = 20_000
"""How many decisions' features are looked at: more would only take memory."""
_ALMOST_ONE = 1 - 1e-6
_ALIKE = 1e-4
"""Chances that differ by less are the same: models of single precision say no more."""


class DecisionSample(NamedTuple):
    """One decision.

    ``probabilities`` has an id and a probability for each action, the shown one
    first; ``reward`` is what it settled with.
    """

    probabilities: Sequence[tuple[str, float]]
    reward: float | None


class SampleFeatures(NamedTuple):
    """The features of a decision, each a JSON array of objects as text.

    ``actions`` are those of its actions, if they are known.
    """

    context: str
    actions: Sequence[str] | None = None


class DecisionStatsBuilder:
    """Takes note of decisions."""

    def __init__(self) -> None:
        self._decisions = self._choices = self._certain = self._even = self._alike = 0
        self._features_known = False
        self._settled, self._lowest, self._highest = 0, inf, -inf
        self._actions: dict[str, tuple[int, int, float]] = {}
        self._of_context, self._of_actions = FeatureLog("context"), FeatureLog("action")

    def note(self, sighting: DecisionSample, features: Callable[[], SampleFeatures]) -> None:
        """Take note of one decision, and of its features where few decisions were seen so far."""
        self._decisions += 1
        if sighting.reward is not None:
            self._settled += 1
            self._lowest = min(self._lowest, sighting.reward)
            self._highest = max(self._highest, sighting.reward)
        self._note_probabilities(sighting.probabilities)
        if self._decisions <= _LOOKED_INTO:
            self._note_features(features())

    def sightings(self) -> DecisionStats:
        """Return what was seen so far."""
        return DecisionStats(
            decisions=self._decisions,
            contexts=self._of_context.distinct,
            settled=self._settled,
            lowest=self._lowest,
            highest=self._highest,
            choices=self._choices,
            certain=self._certain,
            even=self._even,
            alike=self._alike if self._features_known else None,
            initials=self._of_context.initials() | {CONTEXT_NAMESPACE[0]},
            actions=tuple(
                ActionSeen(id_, *probabilities_shown)
                for id_, probabilities_shown in self._actions.items()
            ),
            features=(*self._of_context.features(), *self._of_actions.features()),
        )

    def _note_probabilities(self, probabilities: Sequence[tuple[str, float]]) -> None:
        for index, (id_, probability) in enumerate(probabilities):
            offered, shown, expected = self._actions.get(id_, (0, 0, 0.0))
            self._actions[id_] = (offered + 1, shown + (index == 0), expected + probability)
        if len(probabilities) > 1:
            probabilities_shown = [probability for _, probability in probabilities]
            self._choices += 1
            self._certain += probabilities_shown[0] >= _ALMOST_ONE
            self._even += max(probabilities_shown) - min(probabilities_shown) <= _ALIKE

    def _note_features(self, features: SampleFeatures) -> None:
        self._of_context.note(features.context)
        if features.actions is None:
            return
        self._features_known = True
        for one in features.actions:
            self._of_actions.note(one)
        if len(features.actions) > 1:
            self._alike += len(set(features.actions)) == 1
