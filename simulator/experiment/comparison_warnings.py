"""What must be known before the settings of a comparison are told apart."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from simulator.engine.run_warnings import (
    RunWarning,
    warn_of_late,
    warn_of_lost,
    warn_of_nothing_learned,
    warn_of_unreached,
)
from simulator.experiment.metrics import RunMetrics
from simulator.experiment.plan import Plan
from simulator.experiment.setting import Setting
from simulator.model import LearningRecord
from simulator.scenario.reward_timing import longest_reward_delay

SameLoop = Callable[[Setting, Setting], bool]
"""Says whether two settings begin with loops that are alike in everything."""
Runs = Sequence[Sequence[RunMetrics]]
"""The figures of runs by setting and seed."""

_NAMED = 3


def find_warnings(plan: Plan, metrics: Runs, is_same_loop: SameLoop) -> tuple[RunWarning, ...]:
    """Return what the runs show that makes their differences mean less, the gravest first."""
    found = [
        *_some(_find_same_runs(plan, metrics, is_same_loop)),
        *_some(_by_setting(plan, metrics, _find_late)),
        *_some(_by_setting(plan, metrics, _find_nothing_learned)),
        *_some(_by_setting(plan, metrics, _find_lost)),
        *_some(_by_setting(plan, metrics, _find_unreached)),
    ]
    return tuple(sorted(found, key=lambda warning: not warning.voids_verdict))


def covered_time(runs: Sequence[RunMetrics]) -> timedelta:
    """Return how long the visits of runs take on the scenario's clock, on average."""
    return timedelta(seconds=sum(run.curve_seconds[-1] for run in runs) / len(runs))


def same_run_groups(metrics: Runs) -> list[list[int]]:
    """Return the settings that made the very same decisions with every seed, where several did."""
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for cell, runs in enumerate(metrics):
        groups[tuple(run.decisions for run in runs)].append(cell)
    return [cells for cells in groups.values() if len(cells) > 1]


def _find_same_runs(plan: Plan, metrics: Runs, is_same_loop: SameLoop) -> Iterator[RunWarning]:
    for cells in same_run_groups(metrics):
        first, *others = [plan.settings[cell] for cell in cells]
        labels = _list_labels([plan.settings[cell].label for cell in cells])
        records = [_total(metrics[cell]) for cell in cells]
        why = _why_same(first, others[0], is_same_loop, records)
        yield RunWarning(
            "same-runs",
            f"{labels} are the same runs, because {why}: there is no difference to find.",
            voids_verdict=len(cells) == len(plan.settings),
        )


def _why_same(
    one: Setting, other: Setting, is_same_loop: SameLoop, records: Sequence[LearningRecord]
) -> str:
    names = [name for name, level in one.levels if other.level(name) != level]
    reasons = {
        "reward-wait-time": (
            not any(record.late for record in records),
            "every reward came before the shorter wait was over",
        ),
        "default-reward": (
            not any(record.defaulted for record in records),
            "no event settled in silence, so that no default reward was learned",
        ),
        "model-export-frequency": (
            one.choices.mode != "azure",
            "quick mode waits for no export",
        ),
        "aggregation": (True, "no event's rewards came to anything else"),
        "reward": (True, "what these designs taught led to the same choices"),
    }
    holds, reason = reasons.get(names[0], (False, "")) if len(names) == 1 else (False, "")
    if holds:
        return reason
    if is_same_loop(one, other) and not _differs_in_scenario(names):
        explicit = one.choices.exploration is not None and "policy" in names
        overridden = " (the exploration that was given replaces a policy's own --epsilon)"
        return f"they describe one and the same loop{overridden if explicit else ''}"
    return f"what they differ in ({', '.join(names)}) changed no choice"


def _differs_in_scenario(names: Sequence[str]) -> bool:
    return any("." in name or name == "reward" for name in names)


def _by_setting(
    plan: Plan,
    metrics: Runs,
    finder: Callable[[Plan, Setting, Sequence[RunMetrics]], Iterator[RunWarning]],
) -> Iterator[RunWarning]:
    """Yield each setting's warnings; what all settings share is said once, and of none."""
    found: dict[RunWarning, list[str]] = defaultdict(list)
    for setting, runs in zip(plan.settings, metrics, strict=True):
        for warning in finder(plan, setting, runs):
            found[warning].append(setting.label)
    for warning, labels in found.items():
        whose = "" if len(labels) == len(plan.settings) else f"{_list_labels(labels)}: "
        yield replace(warning, message=whose + warning.message)


def _find_late(plan: Plan, setting: Setting, runs: Sequence[RunMetrics]) -> Iterator[RunWarning]:
    delay = longest_reward_delay(setting.scenario, setting.choices.reward)
    warning = warn_of_late(_total(runs), delay)
    if warning is not None:
        yield replace(warning, voids_verdict=warning.voids_verdict and not _varies_wait(plan))


def _varies_wait(plan: Plan) -> bool:
    """Return whether the wait itself is what is compared: what it loses is then the answer."""
    return any(one.name == "reward-wait-time" and len(one.levels) > 1 for one in plan.factors)


def _find_nothing_learned(_: Plan, __: Setting, runs: Sequence[RunMetrics]) -> Iterator[RunWarning]:
    warning = warn_of_nothing_learned(_total(runs), covered_time(runs))
    if warning is not None:
        yield warning


def _find_lost(_: Plan, setting: Setting, runs: Sequence[RunMetrics]) -> Iterator[RunWarning]:
    warning = warn_of_lost(sum(run.reported for run in runs), sum(run.lost for run in runs))
    if warning is not None and setting.scenario.feedback.lost:
        yield warning


def _find_unreached(_: Plan, setting: Setting, runs: Sequence[RunMetrics]) -> Iterator[RunWarning]:
    yield from warn_of_unreached(setting.scenario, covered_time(runs))


def _total(runs: Sequence[RunMetrics]) -> LearningRecord:
    """Return the records of a setting's runs, added up."""
    records = [run.learning for run in runs if run.learning is not None]
    return LearningRecord(
        decisions=sum(one.decisions for one in records),
        rewarded=sum(one.rewarded for one in records),
        late=sum(one.late for one in records),
        defaulted=sum(one.defaulted for one in records),
        trained=sum(one.trained for one in records),
        seen_by_ranks=any(one.seen_by_ranks for one in records),
        reward_wait_seconds=records[0].reward_wait_seconds,
        default_reward=records[0].default_reward,
    )


def _some(warnings: Iterator[RunWarning]) -> list[RunWarning]:
    """Return warnings of one kind; of many, the first and how many are left out."""
    found = list(warnings)
    if len(found) <= _NAMED + 1:
        return found
    rest = found[_NAMED:]
    voids = any(warning.voids_verdict for warning in rest)
    message = f"{len(rest)} more such warnings about other settings."
    return [*found[:_NAMED], replace(rest[0], message=message, voids_verdict=voids)]


def _list_labels(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""
    return ", ".join(labels[:_NAMED]) + more
