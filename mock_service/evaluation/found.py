"""What a search found."""

from dataclasses import dataclass

from mock_service.evaluation.judging import Verdict


@dataclass(frozen=True, slots=True)
class Found:
    """The best policies of a search, the best first, judged on decisions held out from it.

    ``others`` are the policies they are compared with, on the same decisions; ``trials`` counts
    the candidates that were tried, and ``decisions`` those they were compared on.
    """

    best: tuple[Verdict, ...]
    others: tuple[Verdict, ...]
    trials: int
    decisions: int
