"""A run with slots on the terminal: the page, each place, each kind of user, a learning curve."""

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.table import Table

from mock_service.visible import to_plain
from simulator.report.multi_slot_summary import PageSummary
from simulator.report.terminal import (
    accounts,
    add_personalizer,
    covered_lines,
    curve,
    figure,
    place_lines,
    show_warnings,
)


def show_page_summary(console: Console, summary: PageSummary) -> None:
    """Print the figures of a run with slots."""
    pace = summary.interactions_per_second
    speed = f", {pace:,.0f} pages/s" if pace else ""
    seen = "" if summary.viewed == summary.rounds else f", {summary.viewed:,} pages seen"
    headline = f"{summary.scenario}: {summary.rounds:,} rounds{seen}, seed {summary.seed}{speed}"
    covered = [*place_lines(summary), *covered_lines(summary)]
    console.print(
        Group(to_plain(headline), *covered, _page(summary), _slots(summary), _profiles(summary))
    )
    for line in accounts(summary):
        console.print(to_plain(line))
    if summary.curve:
        console.print(curve(summary.curve, summary.baselines))
    show_warnings(console, summary.warnings)


def _page(summary: PageSummary) -> Table:
    title = f"Mean reward of a page (design: {summary.reward_design}) and value"
    table = _table(title, "", "reward", "last quarter", "value", "as on the best page", "regret")
    add_personalizer(table, summary)
    for name, one in summary.baselines.items():
        table.add_row(name, figure(one.mean_reward), "", figure(one.mean_value), "", "")
    return table


def _slots(summary: PageSummary) -> Table:
    table = _table(
        "By slot: mean reward, next to the application's own page, a choice by lot and an oracle",
        *("slot", "reward", "last quarter", "baseline", "uniform", "oracle", "shown most, at last"),
    )
    for slot in summary.slots:
        others = [slot.baselines[name] for name in ("baseline", "uniform", "oracle")]
        table.add_row(
            to_plain(slot.id),
            figure(slot.mean_reward),
            figure(slot.mean_reward_last_quarter),
            *(figure(one.mean_reward) for one in others),
            to_plain(slot.most_shown or ""),
        )
    return table


def _profiles(summary: PageSummary) -> Table:
    table = _table("By profile", "profile", "visits", "reward", "value", "regret")
    for one in summary.profiles:
        metrics = (figure(one.mean_reward), figure(one.mean_value), f"{one.regret:,.1f}")
        table.add_row(to_plain(one.name), f"{one.visits:,}", *metrics)
    return table


def _table(title: str, first: str, *headings: str) -> Table:
    table = Table(first, title=to_plain(title), title_justify="left", box=SIMPLE_HEAD)
    for heading in headings:
        table.add_column(heading, justify="right")
    return table
