"""A scenario on the terminal: who comes, what can be shown, what counts, and the ceiling."""

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mock_service.visible import to_plain, to_visible
from simulator.report.baselines import Baseline
from simulator.report.ceiling import Ceiling
from simulator.scenario.model import ActionSpec, Scenario
from simulator.scenario.outcomes import Outcome, Rating
from simulator.scenario.rewards import PythonRewardDesign, RewardSpec


def show_catalogue(console: Console, scenarios: Iterable[Scenario]) -> None:
    """Print one line a scenario."""
    table = Table("scenario", "story", "actions", "profiles", "rewards", box=SIMPLE_HEAD)
    for scenario in scenarios:
        counts = (str(len(scenario.actions)), str(len(scenario.profiles)))
        table.add_row(
            to_plain(scenario.name),
            to_plain(scenario.title),
            *counts,
            to_plain(", ".join(scenario.rewards)),
        )
    console.print(table)


def show_story(console: Console, scenario: Scenario, ceilings: list[Ceiling]) -> None:
    """Print a scenario, and what can be earned in it with each reward design."""
    name, title = to_visible(scenario.name), to_visible(scenario.title)
    about = to_visible(" ".join(scenario.description.split()))
    console.print(Text.assemble((name, "bold"), f": {title}\n\n{about}\n"))
    console.print(_actions(scenario))
    if scenario.slots:
        console.print(_slots(scenario))
    console.print(_outcomes(scenario))
    console.print(_rewards(scenario))
    for found in ceilings:
        console.print(_ceiling(found))


def _actions(scenario: Scenario) -> Table:
    table = Table("action", "features", "there", title="Actions", box=SIMPLE_HEAD)
    table.title_justify = "left"
    for action in scenario.actions:
        features = ", ".join(f"{k}={v}" for item in action.features for k, v in item.items())
        table.add_row(to_plain(action.id), to_plain(features), _when(action))
    return table


def _when(action: ActionSpec) -> str:
    if not action.comes_and_goes:
        return "always"
    until = "" if action.until is None else f" until {action.until}"
    hours = "" if action.hours is None else f", {action.hours[0]:g} to {action.hours[1]:g} h a day"
    return f"from {action.since}{until}{hours}"


def _slots(scenario: Scenario) -> Table:
    table = Table("slot", "baseline", "excluded", "attention", title="Slots", box=SIMPLE_HEAD)
    table.title_justify = "left"
    for slot in scenario.slots:
        excluded = ", ".join(slot.excluded)
        table.add_row(
            to_plain(slot.id), to_plain(slot.baseline), to_plain(excluded), f"{slot.attention:g}"
        )
    return table


def _outcomes(scenario: Scenario) -> Table:
    table = Table("outcome", "happens", "value", title="Outcomes", box=SIMPLE_HEAD)
    table.title_justify = "left"
    for name, outcome in scenario.outcomes.items():
        table.add_row(to_plain(name), to_plain(_happens(outcome)), f"{outcome.value:g}")
    return table


def _happens(outcome: Outcome) -> str:
    if isinstance(outcome, Rating):
        text = f"the taste, give or take {outcome.rating:g}"
    else:
        low, high = outcome.chance
        text = f"with a chance of {low:g} to {high:g}"
    text += f", after {outcome.after}" if outcome.after else ""
    text += f", unless {outcome.unless}" if outcome.unless else ""
    return text + (", later" if outcome.delay else "")


def _rewards(scenario: Scenario) -> Table:
    table = Table("design", "reward", title="Reward designs", box=SIMPLE_HEAD)
    table.title_justify = "left"
    for name, design in scenario.rewards.items():
        table.add_row(to_plain(name), to_plain(_design(design)))
    return table


def _design(design: RewardSpec) -> str:
    if isinstance(design, PythonRewardDesign):
        return f"what {design.hook} says"
    weights = ", ".join(f"{weight:g} x {name}" for name, weight in design.weights.items())
    return f"{design.combine} of {weights}"


def _ceiling(found: Ceiling) -> Table:
    title = f"Ceiling with {found.reward_design}, over {found.rounds:,} visits"
    table = Table("choice", title=to_plain(title), title_justify="left", box=SIMPLE_HEAD)
    table.add_column("mean reward", justify="right")
    table.add_column("mean value", justify="right")
    _add(table, "oracle: the best for each visitor", found.oracle)
    for point in found.reachable:
        label = f"the best, at exploration {point.exploration:g}"
        table.add_row(label, f"{point.mean_reward:.3f}", f"{point.mean_value:.3f}")
    _add(table, f"best fixed: {found.best_fixed.action}", found.best_fixed)
    _add(table, "uniform: by lot", found.uniform)
    return table


def _add(table: Table, label: str, metrics: Baseline) -> None:
    table.add_row(to_plain(label), f"{metrics.mean_reward:.3f}", f"{metrics.mean_value:.3f}")
