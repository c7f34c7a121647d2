"""A scikit-learn classifier behind epsilon-greedy: what most people would try first.

Needs scikit-learn: ``pip install 'personalizer-lab[sklearn]'``. It asks how likely a reward above
``good`` is, and the loop's rate of exploration steers it, as --exploration does.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.linear_model import SGDClassifier

from personalizer_lab import FeatureMatrix, PolicyAction


class EpsilonClassifier:
    """A logistic regression, learning as it goes."""

    def __init__(self, seed: int, exploration: float = 0.1, good: float = 0.5) -> None:
        self.exploration = exploration
        self.good = good
        self.matrix = FeatureMatrix()
        self.model = SGDClassifier(loss="log_loss", random_state=seed)
        self.is_new = True

    def predict(
        self, context: Mapping[str, object], actions: Sequence[PolicyAction]
    ) -> list[float]:
        """Give the likeliest action all that exploration leaves."""
        count = len(actions)
        if self.is_new:
            return [1 / count] * count
        scores = self.model.decision_function(self.matrix.rows(context, actions))
        probabilities = np.full(count, self.exploration / count)
        probabilities[int(np.argmax(scores))] += 1 - self.exploration
        return probabilities.tolist()

    def learn(
        self,
        context: Mapping[str, object],
        actions: Sequence[PolicyAction],
        chosen: int,
        probability: float,
        reward: float,
    ) -> None:
        """Learn whether the action was good, and more from what was rarely shown."""
        x = self.matrix.rows(context, actions[chosen : chosen + 1])
        weight = min(1 / probability, 10)
        self.model.partial_fit(x, [int(reward > self.good)], [0, 1], sample_weight=[weight])
        self.is_new = False
