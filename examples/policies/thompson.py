"""Linear Thompson sampling: shows each action as often as it may be the best.

Source: S. Agrawal, N. Goyal, "Thompson sampling for contextual bandits with linear payoffs" (ICML
2013). The probabilities that the loop logs are shares of draws from the posterior.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from personalizer_lab import FeatureMatrix, PolicyAction


class LinearThompson:
    """A Bayesian linear regression of the reward, and draws from what it believes.

    ``spread`` scales the posterior's standard deviation, and ``draws`` is how many there are.
    """

    def __init__(self, seed: int, spread: float = 0.1, draws: int = 200) -> None:
        self.rng = np.random.default_rng(seed)
        self.spread = spread
        self.draws = draws
        self.matrix = FeatureMatrix()
        self.inverse = np.eye(self.matrix.columns)
        self.weights = np.zeros(self.matrix.columns)

    def predict(
        self, context: Mapping[str, object], actions: Sequence[PolicyAction]
    ) -> list[float]:
        """Give each action the share of draws in which it is the best."""
        x = self.matrix.rows(context, actions)
        covariance = self.spread**2 * x @ self.inverse @ x.T
        values, vectors = np.linalg.eigh(covariance)
        root = vectors * np.sqrt(np.clip(values, 0, None)) @ vectors.T
        noise = self.rng.standard_normal((self.draws, len(actions)))
        best = np.argmax(x @ self.weights + noise @ root, axis=1)
        counts = np.bincount(best, minlength=len(actions))
        return [count / self.draws for count in counts.tolist()]

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
