"""LinUCB: shows the action whose reward could be the highest, as far as is known.

Source: L. Li, W. Chu, J. Langford, R. Schapire, "A contextual-bandit approach to personalized news
article recommendation" (WWW 2010), with one linear model for all actions.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from personalizer_lab import FeatureMatrix, PolicyAction


class LinUCB:
    """A ridge regression of the reward, and an upper bound of what it expects.

    ``alpha`` is how many standard deviations wide the bound is.
    """

    def __init__(self, alpha: float = 0.3) -> None:
        self.alpha = alpha
        self.matrix = FeatureMatrix()
        self.inverse = np.eye(self.matrix.columns)
        self.weights = np.zeros(self.matrix.columns)

    def predict(
        self, context: Mapping[str, object], actions: Sequence[PolicyAction]
    ) -> list[float]:
        """Give the action with the highest bound all of the probability."""
        x = self.matrix.rows(context, actions)
        spread = np.sqrt(np.sum(x @ self.inverse * x, axis=1))
        bounds = x @ self.weights + self.alpha * spread
        best = int(np.argmax(np.round(bounds, 9)))  # of equal ones the first, however it is rounded
        return [float(index == best) for index in range(len(actions))]

    def learn(
        self,
        context: Mapping[str, object],
        actions: Sequence[PolicyAction],
        chosen: int,
        probability: float,  # noqa: ARG002 (a regression needs no propensity)
        reward: float,
    ) -> None:
        """Take one reward into the regression (the formula of Sherman and Morrison)."""
        x = self.matrix.rows(context, actions[chosen : chosen + 1])[0]
        direction = self.inverse @ x
        gain = direction / (1 + x @ direction)
        self.weights += gain * (reward - x @ self.weights)
        self.inverse -= np.outer(gain, direction)
