"""The tables of a comparison: how the settings stand, who gains, what each factor does."""

from collections.abc import Sequence
from statistics import fmean

from mock_service.reports.page import PageTable
from simulator.experiment.advise import Advice, BudgetAdvice
from simulator.experiment.comparison import ComparisonResult, SettingResult
from simulator.experiment.effects import Effect, Effects
from simulator.experiment.statistics import Interval


def results_table(findings: ComparisonResult) -> PageTable:
    """Return a row for each setting."""
    unit, worth = findings.plan.objective.name, findings.plan.worth
    return PageTable(
        (
            "setting",
            unit,
            f"difference to {findings.baseline.label}",
            *(("worth it",) if worth is not None else ()),
            "is best",
            "expected loss",
            "worst tenth",
            "regret",
            "last quarter",
            "visits to 90%",
            *(("seeds",) if findings.plan.until_decided else ()),
        ),
        [_row(findings, result) for result in findings.results],
        _caption(findings),
        marked=frozenset({findings.best} if findings.has_verdict else ()),
    )


def _caption(findings: ComparisonResult) -> str:
    worth = findings.plan.worth
    matters = "" if worth is None else f" Worth it: next to {worth:g}, the least that matters."
    return (
        "Means over the seeds. A difference stands with its 95% interval, corrected for the number "
        f"of settings.{matters} Is best: the probability that the setting's true mean is the "
        "highest. Expected loss: how much less than the best it is worth, on average over what the "
        "seeds leave open. Worst tenth: the mean of the worst tenth of the seeds. Visits to 90%: "
        "until what the policy favours brings 90% of what learning can add over blind choice; the "
        "median over seeds, if half of the runs came that far."
    )


def _row(findings: ComparisonResult, result: SettingResult) -> tuple[str, ...]:
    return (
        result.label,
        f"{result.objective:.4f}",
        "baseline" if result.difference is None else interval_text(result.difference, signed=True),
        *((result.worth or "-",) if findings.plan.worth is not None else ()),
        probability_text(findings, result),
        "-" if result.expected_loss is None else f"{result.expected_loss:.4f}",
        f"{result.worst_tenth:.4f}",
        f"{result.regret.estimate:,.1f}",
        f"{result.late_value:.4f}",
        learning_text(result),
        *((str(result.seeds),) if findings.plan.until_decided else ()),
    )


def probability_text(findings: ComparisonResult, result: SettingResult) -> str:
    """Return the probability that the setting is the best; nothing where there is no verdict."""
    if result.best_probability is None or not findings.has_verdict:
        return "-"
    return f"{result.best_probability:.0%}"


def learning_text(result: SettingResult) -> str:
    """Return how many visits it took to learn, or in how few runs it came to that."""
    if result.events_to_learn is not None:
        return f"{result.events_to_learn:,.0f}"
    return "never" if not result.learned_share else f"in {result.learned_share:.0%} of runs"


def interval_text(interval: Interval, *, signed: bool = False) -> str:
    """Return an estimate with its interval."""
    sign = "+" if signed else ""
    estimate, low, high = (
        f"{round(figure, 4) + 0.0:{sign}.4f}"  # adding zero makes -0.0 a plain 0.0
        for figure in (interval.estimate, interval.low, interval.high)
    )
    return f"{estimate} [{low}, {high}]"


def exploration_table(findings: ComparisonResult) -> PageTable:
    """Return what exploration cost and what it brought, apart."""
    rows = [
        (
            result.label,
            "-" if result.exploration_cost is None else interval_text(result.exploration_cost),
            "-"
            if result.exploration_benefit is None
            else interval_text(result.exploration_benefit, signed=True),
            f"{result.mean_value:.4f}",
        )
        for result in findings.results
    ]
    caption = (
        "Per visit. The cost is what is lost by showing something else than what the policy "
        "favours at that moment. The benefit is how much more its favourites are worth than those "
        "of the same setting that never explores, on the same users. A policy that finds every "
        "action equally probable favours none, and has neither."
    )
    columns = ("setting", "cost of exploration", "benefit of exploration", "true value")
    return PageTable(columns, rows, caption)


def advice_table(advice: Advice) -> PageTable:
    """Return the best rate for every horizon, and what is not told from it."""
    rows = [
        (
            f"{step.visits:,}",
            step.rate,
            ", ".join(step.as_good) or "none",
            f"{step.value:.4f}",
            f"{step.probability:.0%}",
        )
        for step in advice.steps
    ]
    return PageTable(
        ("visits", "brought most", "not told from it", "value per visit", "is best"),
        rows,
        "If the loop ran for only so many visits.",
        words=frozenset({1, 2}),
    )


def budget_table(budget: BudgetAdvice) -> PageTable:
    """Return what each rate costs within the horizon, next to the budget."""
    rows = [
        (level, f"{cost:+.2%}", f"{most:+.2%}", "yes" if most < budget.budget else "not shown")
        for level, cost, most in budget.costs
    ]
    return PageTable(
        ("exploration", "cost", "at most", f"within {budget.budget:.1%}"),
        rows,
        "What the setting brings less than the baseline within the horizon, as a share of what "
        "that brings; 'at most' is the upper end of the 95% interval.",
    )


def groups_table(findings: ComparisonResult) -> PageTable:
    """Return what each group of visits gains by each setting."""
    rows = [
        (
            result.label,
            group.group,
            f"{group.share:.0%}",
            interval_text(group.difference, signed=True),
            verdict_text(findings, group.difference),
        )
        for result in findings.results
        for group in result.groups
    ]
    return PageTable(
        ("setting", findings.plan.by, "visits", f"difference to {findings.baseline.label}", ""),
        rows,
        "The 95% intervals hold together, for all settings and groups.",
        words=frozenset({0, 1, 4}),
    )


def slots_table(findings: ComparisonResult) -> PageTable:
    """Return how each slot of a page fared with each setting."""
    rows = []
    for result, runs in zip(findings.results, findings.metrics, strict=True):
        for slots in zip(*(run.slots for run in runs), strict=True):
            means = (fmean([getattr(one, name) for one in slots]) for name in _OF_A_SLOT)
            rows.append((result.label, slots[0].id, *(f"{mean:.4f}" for mean in means)))
    return PageTable(
        ("setting", "slot", "value", "reward", "regret"),
        rows,
        "Means per visit over the seeds. Regret is what the best page brings more in that slot: "
        "negative where it gives the place away for another's sake.",
        words=frozenset({0, 1}),
    )


_OF_A_SLOT = ("mean_value", "mean_reward", "regret")


def guards_table(findings: ComparisonResult) -> PageTable:
    """Return whether each setting keeps within its guardrails."""
    rows = [
        (
            result.label,
            guard.guard,
            interval_text(guard.difference, signed=True),
            {"holds": "holds", "breaks": "breaks", "open": "not shown"}[guard.verdict],
        )
        for result in findings.results
        for guard in result.guards
    ]
    return PageTable(
        ("setting", "guardrail", f"difference to {findings.baseline.label}", "verdict"),
        rows,
        "Differences per visit; the 95% intervals hold together. A setting that is shown to break "
        "a guardrail is not recommended.",
        words=frozenset({0, 1, 3}),
    )


def effect_tables(findings: ComparisonResult, effects: Effects) -> list[PageTable]:
    """Return the main effects, and the interactions that are shown to be there."""
    start = ", ".join(f"{name}={level}" for name, level in findings.baseline.setting.levels)
    main = _effects_table(
        findings,
        "level",
        effects.main,
        f"Against {start}, averaged over the levels of the other factors; intervals hold together.",
    )
    if not effects.interactions:
        return [main]
    together = _effects_table(
        findings,
        "levels together",
        effects.interactions,
        "How much more (or less) they do together than each by itself; only what is shown.",
    )
    return [main, together]


def _effects_table(
    findings: ComparisonResult, heading: str, effects: Sequence[Effect], caption: str
) -> PageTable:
    rows = [
        (
            one.label,
            interval_text(one.difference, signed=True),
            verdict_text(findings, one.difference),
        )
        for one in effects
    ]
    return PageTable((heading, "effect", ""), rows, caption, words=frozenset({0, 2}))


def verdict_text(findings: ComparisonResult, difference: Interval) -> str:
    """Return in words what a difference shows; nothing where the runs cannot tell anything."""
    if not (difference.excludes_zero and findings.has_verdict):
        return "not told apart"
    return "better" if difference.is_above(0.0) else "worse"
