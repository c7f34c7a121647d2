"""Gates for pipelines: a condition on an evaluation that must be shown, and not only be likely.

``NAME>online`` asks that a policy earns more than the online policy, ``NAME>=-0.01`` that its gain
is at least that much, and ``online>=0.2`` that what was earned is. Each is shown if the end of the
interval shows it; what the log does not show is not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mock_service.errors import EvaluationOptionsInvalid
from mock_service.evaluation.estimators import Estimate
from mock_service.evaluation.evaluator import PolicyEvaluation
from mock_service.evaluation.policies import PolicySource
from mock_service.evaluation.recommendation import span

_GATE = re.compile(
    r"\s*(?P<name>[\w.-]+?)\s*(?P<sign>>=|>)\s*(?P<bound>online|[-+]?[\d.]+(e[-+]?\d+)?)\s*"
)
_ONLINE = "online"


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition: the gain of the policy `name`, or what online earned, is at least `bound`.

    Where `is_strict` it must be more than that.
    """

    text: str
    name: str
    bound: float
    is_strict: bool

    def is_shown(self, verdicts: Sequence[PolicyEvaluation]) -> bool:
        """Return whether an evaluation shows it.

        Raises:
            EvaluationOptionsInvalid: no policy of that name was judged.
        """
        low = self._find(verdicts).low
        return low is not None and (low > self.bound if self.is_strict else low >= self.bound)

    def describe(self, verdicts: Sequence[PolicyEvaluation]) -> str:
        """Return in one line whether it is shown, and by what."""
        found = self._find(verdicts)
        what = "what was earned" if self.name == _ONLINE else "the gain"
        known = f"{what} is {span(found, signed=self.name != _ONLINE)}"
        shown = "shown" if self.is_shown(verdicts) else "not shown"
        silence = "the log says nothing about it"
        return f"gate {self.text}: {shown}, {silence if found.value is None else known}"

    def _find(self, verdicts: Sequence[PolicyEvaluation]) -> Estimate:
        for one in verdicts:
            is_online = one.policy.source is PolicySource.ONLINE
            if self.name in {one.policy.name, _ONLINE if is_online else one.policy.name}:
                return one.best_estimate if is_online else one.uplift
        names = ", ".join(one.policy.name for one in verdicts)
        raise EvaluationOptionsInvalid(f"--gate: expected one of {names}, got {self.name!r}")


def parse_gate(text: str) -> Gate:
    """Return the gate in a text like ``quick>online``, ``quick>=-0.01`` or ``online>=0.2``.

    Raises:
        EvaluationOptionsInvalid: it is no such text.
    """
    found = _GATE.fullmatch(text)
    try:
        bound = (
            0.0 if found and found["bound"] == _ONLINE else float(found["bound"] if found else "")
        )
    except ValueError:
        found, bound = None, 0.0
    if found is None or (found["name"] == _ONLINE == found["bound"]):
        raise EvaluationOptionsInvalid(
            f"--gate: expected NAME>online, NAME>=NUMBER or online>=NUMBER, got {text!r}"
        )
    return Gate(text, found["name"], bound, found["sign"] == ">")
