"""What a search found."""

from dataclasses import dataclass

from mock_service.evaluation.evaluator import PolicyEvaluation


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The best policies of a search, the best first, judged on decisions held out from it.

    ``others`` are the policies they are compared with, on the same decisions; ``trials`` counts
    the candidates that were tried, and ``decisions`` those they were compared on.
    """

    best: tuple[PolicyEvaluation, ...]
    others: tuple[PolicyEvaluation, ...]
    trials: int
    decisions: int
