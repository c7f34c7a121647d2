"""A fixed rule: what an application showed before anything learned."""

from collections.abc import Mapping, Sequence

from personalizer_lab import PolicyAction

CATEGORIES = {"user-001": "technology", "user-002": "sports", "user-003": "finance"}


class FixedRule:
    """Shows each reader of the news scenario a category, and other articles now and then.

    ``share`` is how much of the probability the category has.
    """

    def __init__(self, share: float = 0.9) -> None:
        self.share = share

    def predict(
        self, context: Mapping[str, object], actions: Sequence[PolicyAction]
    ) -> list[float]:
        """Give the actions that fit most of the probability, and all of them some."""
        wanted = CATEGORIES.get(str(context.get("userId")))
        fits = [action.features.get("category") == wanted for action in actions]
        if not any(fits):
            return [1 / len(actions)] * len(actions)
        rest = (1 - self.share) / len(actions)
        return [rest + self.share / sum(fits) if fit else rest for fit in fits]

    def learn(self, *_: object) -> None:
        """Learn nothing: a rule stays what it is."""
