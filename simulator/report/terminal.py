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
from simulator.report.means import CurvePoint
from simulator.report.multi_slot_summary import PageSummary
from simulator.report.summary import Baseline, Summary

_CURVE_ROWS = 8
_EIGHTHS = " ▁▂▃▄▅▆▇█"


def show_summary(console: Console, summary: Summary) -> None:
    """Print the figures of a run, by profile and next to its baselines."""
    console.print(Group(_headline(summary), _comparison(summary), _profiles(summary)))
    for line in accounts(summary):
        console.print(to_plain(line))
    if summary.curve:
        console.print(curve(summary.curve, summary.baselines))
    show_warnings(console, summary.warnings)


def show_warnings(console: Console, warnings: Sequence[RunWarning]) -> None:
    """Print what must be known with the figures."""
    for warning in warnings:
        line = Text("Warning: ", style="bold yellow")
        console.print(line.append_text(Text(to_plain(warning.message).plain, style="yellow")))


def show_interaction(console: Console, interaction: Interaction) -> None:
    """Print one interaction: who came, what was shown and what came of it."""
    visit, recommendation = interaction.visit, interaction.recommendation
    lines = [
        "",
        f"User: {visit.profile} (visit {visit.number + 1}, event {interaction.event_id})",
        f"Context: {visit.context}",
        f"Recommended: {visit.actions[recommendation.order[0]].id}",
        "Ranking probabilities:",
    ]
    ranked = zip(recommendation.order, recommendation.probabilities, strict=True)
    lines += [f"  {visit.actions[index].id}: {probability:.4f}" for index, probability in ranked]
    lines += [f"{name.capitalize()}: {amount:g}" for name, amount in interaction.outcomes.items()]
    lines.append(f"Reward sent: {interaction.reward:g}")
    console.print(Text("\n").join(map(to_plain, lines)), soft_wrap=True)


def _headline(summary: Summary) -> RenderableType:
    speed = summary.interactions_per_second
    pace = f", {speed:,.0f} interactions/s" if speed else ""
    line = f"{summary.scenario}: {summary.rounds:,} rounds, seed {summary.seed}{pace}"
    return Group(to_plain(line), *place_lines(summary), *covered_lines(summary))


def place_lines(summary: Summary | PageSummary) -> list[Text]:
    """Return the line that says that it went over HTTP, and where; none in this process."""
    return [to_plain(f"Over HTTP, at {summary.endpoint}")] if summary.endpoint else []


def covered_lines(summary: Summary | PageSummary) -> list[Text]:
    """Return what time the visits cover, on the scenario's clock, and how long the loop waits."""
    lines = [f"The visits cover {summary.covered.text()}"] if summary.covered else []
    if summary.learning is not None:
        wait = timedelta(seconds=summary.learning.reward_wait_seconds)
        lines.append(f"The loop waits {duration_text(wait)} for rewards")
    return [Text(line) for line in lines]


def _comparison(summary: Summary) -> Table:
    title = f"Mean reward (design: {summary.reward_design}) and value"
    table = Table("", title=to_plain(title), title_justify="left", box=SIMPLE_HEAD)
    for heading in ("reward", "last quarter", "value", "best action shown", "regret"):
        table.add_column(heading, justify="right")
    add_personalizer(table, summary)
    for name, baseline in summary.baselines.items():
        label = name.replace("_", " ") + (f" ({baseline.action})" if baseline.action else "")
        metrics = (figure(baseline.mean_reward), "", figure(baseline.mean_value))
        table.add_row(to_plain(label), *metrics, "", "")
    return table


def add_personalizer(table: Table, summary: Summary | PageSummary) -> None:
    """Add the row of who was measured, above a line and whatever it is compared to."""
    table.add_row(
        Text("Personalizer", "bold"),
        Text(figure(summary.mean_reward), "bold"),
        Text(figure(summary.mean_reward_last_quarter), "bold"),
        Text(figure(summary.mean_value), "bold"),
        share(summary.best_action_share),
        f"{summary.regret:,.1f}",
        end_section=True,
    )


def _profiles(summary: Summary) -> Table:
    table = Table("profile", title="By profile", title_justify="left", box=SIMPLE_HEAD)
    for heading in ("visits", "reward", "value", "regret"):
        table.add_column(heading, justify="right")
    table.add_column("best action")
    table.add_column("shown", justify="right")
    for profile in summary.profiles:
        table.add_row(
            to_plain(profile.name),
            f"{profile.visits:,}",
            figure(profile.mean_reward),
            figure(profile.mean_value),
            f"{profile.regret:,.1f}",
            to_plain(profile.best_action or ""),
            share(profile.best_action_share),
        )
    return table


def accounts(summary: Summary | PageSummary) -> Iterator[str]:
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


def curve(points: Sequence[CurvePoint], baselines: Mapping[str, Baseline]) -> Text:
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


def figure(number: float | None) -> str:
    """Return a figure to three decimals."""
    return "-" if number is None else f"{number:.3f}"


def share(number: float | None) -> str:
    """Return a share in per cent."""
    return "-" if number is None else f"{number:.1%}"
