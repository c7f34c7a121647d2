"""A run on the terminal: a table, a learning curve, and each interaction for those who ask."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from mock_service.visible import to_plain
from simulator.engine.run_warnings import RunWarning, duration_text
from simulator.model import Interaction
from simulator.report.baselines import Baseline
from simulator.report.means import CurvePoint
from simulator.report.summary import Summary

_CURVE_ROWS = 8
_EIGHTHS = " ▁▂▃▄▅▆▇█"


def show_summary(console: Console, summary: Summary) -> None:
    """Print the figures of a run, by profile and next to its baselines."""
    slots = [_slots(summary)] if summary.slots else []
    console.print(Group(_headline(summary), _comparison(summary), *slots, _profiles(summary)))
    for line in _accounts(summary):
        console.print(to_plain(line))
    if summary.curve:
        console.print(_curve(summary.curve, summary.baselines))
    show_warnings(console, summary.warnings)


def show_warnings(console: Console, warnings: Sequence[RunWarning]) -> None:
    """Print what must be known with the figures."""
    for warning in warnings:
        line = Text("Warning: ", style="bold yellow")
        console.print(line.append_text(Text(to_plain(warning.message).plain, style="yellow")))


def show_interaction(console: Console, interaction: Interaction) -> None:
    """Print one interaction: who came, what was shown and what came of it."""
    visit, recommendation = interaction.visit, interaction.recommendation
    slot = interaction.slot
    lines = [
        "",
        f"User: {visit.profile} (visit {visit.number + 1}, event {interaction.event_id})",
        f"Context: {visit.context}",
        *([f"Slot: {slot.id}{'' if interaction.viewed else ' (not seen)'}"] if slot else []),
        f"Recommended: {visit.actions[recommendation.order[0]].id}",
        *(["Ranking probabilities:"] if recommendation.probabilities else []),
    ]
    ranked = zip(recommendation.order, recommendation.probabilities, strict=not slot)
    lines += [f"  {visit.actions[index].id}: {probability:.4f}" for index, probability in ranked]
    lines += [f"{name.capitalize()}: {amount:g}" for name, amount in interaction.outcomes.items()]
    lines.append(f"Reward sent: {interaction.reward:g}")
    console.print(Text("\n").join(map(to_plain, lines)), soft_wrap=True)


def _headline(summary: Summary) -> RenderableType:
    speed, unit = summary.interactions_per_second, "pages" if summary.slots else "interactions"
    pace = f", {speed:,.0f} {unit}/s" if speed else ""
    seen = "" if summary.viewed == summary.rounds else f", {summary.viewed:,} pages seen"
    line = f"{summary.scenario}: {summary.rounds:,} rounds{seen}, seed {summary.seed}{pace}"
    return Group(to_plain(line), *_place_lines(summary), *_covered_lines(summary))


def _place_lines(summary: Summary) -> list[Text]:
    """Return the line that says that it went over HTTP, and where; none in this process."""
    return [to_plain(f"Over HTTP, at {summary.endpoint}")] if summary.endpoint else []


def _covered_lines(summary: Summary) -> list[Text]:
    """Return what time the visits cover, on the scenario's clock, and how long the loop waits."""
    lines = [f"The visits cover {summary.covered.text()}"] if summary.covered else []
    if summary.learning is not None:
        wait = timedelta(seconds=summary.learning.reward_wait_seconds)
        lines.append(f"The loop waits {duration_text(wait)} for rewards")
    return [Text(line) for line in lines]


def _comparison(summary: Summary) -> Table:
    of_a_page = " of a page" if summary.slots else ""
    best = "as on the best page" if summary.slots else "best action shown"
    title = f"Mean reward{of_a_page} (design: {summary.reward_design}) and value"
    table = _table(title, "", "reward", "last quarter", "value", best, "regret")
    table.add_row(
        Text("Personalizer", "bold"),
        Text(_figure(summary.mean_reward), "bold"),
        Text(_figure(summary.mean_reward_last_quarter), "bold"),
        Text(_figure(summary.mean_value), "bold"),
        _share(summary.best_action_share),
        f"{summary.regret:,.1f}",
        end_section=True,
    )
    for name, baseline in summary.baselines.items():
        label = name.replace("_", " ") + (f" ({baseline.action})" if baseline.action else "")
        metrics = (_figure(baseline.mean_reward), "", _figure(baseline.mean_value))
        table.add_row(to_plain(label), *metrics, "", "")
    return table


def _slots(summary: Summary) -> Table:
    table = _table(
        "By slot: mean reward, next to the application's own page, a choice by lot and an oracle",
        *("slot", "reward", "last quarter", "baseline", "uniform", "oracle", "shown most, at last"),
    )
    for slot in summary.slots:
        others = [slot.baselines[name] for name in ("baseline", "uniform", "oracle")]
        table.add_row(
            to_plain(slot.id),
            _figure(slot.mean_reward),
            _figure(slot.mean_reward_last_quarter),
            *(_figure(one.mean_reward) for one in others),
            to_plain(slot.most_shown or ""),
        )
    return table


def _table(title: str, first: str, *headings: str) -> Table:
    table = Table(first, title=to_plain(title), title_justify="left", box=SIMPLE_HEAD)
    for heading in headings:
        table.add_column(heading, justify="right")
    return table


def _profiles(summary: Summary) -> Table:
    table = _table("By profile", "profile", "visits", "reward", "value", "regret")
    if not summary.slots:
        table.add_column("best action")
        table.add_column("shown", justify="right")
    for profile in summary.profiles:
        best = (to_plain(profile.best_action or ""), _share(profile.best_action_share))
        table.add_row(
            to_plain(profile.name),
            f"{profile.visits:,}",
            _figure(profile.mean_reward),
            _figure(profile.mean_value),
            f"{profile.regret:,.1f}",
            *(() if summary.slots else best),
        )
    return table


def _accounts(summary: Summary) -> Iterator[str]:
    """Yield what became of rewards, requests and replies, where that is not plain."""
    rewards, requests = summary.feedback, summary.requests
    if rewards.lost or rewards.repeated or rewards.unsent:
        yield (
            f"Rewards: {rewards.reported:,} reported, {rewards.lost:,} never arrived, "
            f"{rewards.repeated:,} arrived twice, {rewards.unsent:,} still on their way"
        )
    if requests is not None:
        yield (
            f"Requests: {requests.sent:,} sent, {requests.retried:,} tried again, "
            f"{requests.lost:,} lost"
        )


def _curve(points: Sequence[CurvePoint], baselines: Mapping[str, Baseline]) -> Text:
    """Draw the learning curve between blind choice and perfect knowledge, or wider if it must."""
    means = [point.mean_reward for point in points]
    known = [baselines["uniform"].mean_reward, baselines["oracle"].mean_reward]
    low, high = min(means + known), max(means + known)
    span = (high - low) or 1.0
    heights = [round((mean - low) / span * _CURVE_ROWS * 8) for mean in means]
    uniform, oracle = known
    lines = [f"Learning curve: mean reward (uniform {uniform:.2f}, oracle {oracle:.2f})"]
    for row in reversed(range(_CURVE_ROWS)):
        label = {_CURVE_ROWS - 1: f"{high:.2f}", 0: f"{low:.2f}"}.get(row, "")
        cells = "".join(_EIGHTHS[max(0, min(8, height - row * 8))] for height in heights)
        lines.append(f"{label:>6} ┤{cells}")
    lines.append(f"{'':>7}└{'─' * len(means)}")
    lines.append(f"{'':>8}{_footing(points)}")
    return Text("\n".join(lines), no_wrap=True)


def _footing(points: Sequence[CurvePoint]) -> str:
    return "1" + f"{points[-1].round:,} rounds".rjust(len(points) - 1)


def _figure(number: float | None) -> str:
    """Return a figure to three decimals."""
    return "-" if number is None else f"{number:.3f}"


def _share(number: float | None) -> str:
    """Return a share in per cent."""
    return "-" if number is None else f"{number:.1%}"
