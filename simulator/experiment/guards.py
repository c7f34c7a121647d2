"""Guardrails: what a setting must not make worse, whatever else it wins."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from simulator.errors import OptionsInvalid
from simulator.experiment.baseline_intervals import baseline_intervals
from simulator.experiment.metrics import RunMetrics
from simulator.experiment.statistics import Interval
from simulator.scenario.model import Scenario

_GUARD = re.compile(r"\s*(?P<metric>[^<>=]+?)\s*(?P<sense>>=|<=)\s*(?P<bound>[-+.\deE]+)\s*")
_METRICS = {
    "value": lambda run: run.mean_value,
    "late-value": lambda run: run.late_value,
    "reward": lambda run: run.mean_reward,
    "regret": lambda run: run.regret / run.rounds,
}
"""Besides a scenario's outcomes; all are per visit."""


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A bound on how far a metric may move from the baseline's, in its own unit per visit."""

    metric: str
    sense: Literal[">=", "<="]
    bound: float

    @property
    def text(self) -> str:
        """The guardrail as it is written."""
        return f"{self.metric}{self.sense}{self.bound:g}"

    def of(self, run: RunMetrics) -> float:
        """Return the metric of a run."""
        return _METRICS[self.metric](run) if self.metric in _METRICS else run.outcomes[self.metric]

    def judge(self, difference: Interval) -> Literal["holds", "breaks", "open"]:
        """Return whether a difference to the baseline is shown to hold the bound, or break it."""
        holds, breaks = difference.is_above(self.bound), difference.is_below(self.bound)
        if self.sense == "<=":
            holds, breaks = breaks, holds
        return "holds" if holds else "breaks" if breaks else "open"


@dataclass(frozen=True, slots=True)
class GuardrailResult:
    """What became of a guardrail with one setting."""

    guard: str
    difference: Interval
    verdict: Literal["holds", "breaks", "open"]


def read_guard(text: str, scenario: Scenario) -> Guardrail:
    """Return the guardrail in a text like ``clicks>=-0.02``.

    Raises:
        OptionsInvalid: it is not of that form, or names what is no metric of the scenario.
    """
    found = _GUARD.fullmatch(text)
    try:
        bound = float(found["bound"]) if found else np.nan
    except ValueError:
        bound = np.nan
    if found is None or not np.isfinite(bound):
        raise OptionsInvalid(f"--guard: expected METRIC>=BOUND or METRIC<=BOUND, got {text!r}")
    known = [*scenario.outcomes, *_METRICS]
    if found["metric"] not in known:
        raise OptionsInvalid(
            f"--guard: expected one of {', '.join(known)}, got {found['metric']!r}"
        )
    return Guardrail(found["metric"], ">=" if found["sense"] == ">=" else "<=", bound)


def judge_guards(
    guards: Sequence[Guardrail], metrics: Sequence[Sequence[RunMetrics]], baseline: int
) -> list[list[GuardrailResult]]:
    """Return what became of every guardrail with every setting but the baseline.

    The intervals hold together for all guardrails and settings.
    """
    return [
        [
            GuardrailResult(guard.text, difference, guard.judge(difference))
            for guard, difference in zip(guards, cell, strict=True)
        ]
        if cell
        else []
        for cell in baseline_intervals(metrics, baseline, [guard.of for guard in guards])
    ]
