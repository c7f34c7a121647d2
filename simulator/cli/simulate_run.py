"""What ``simulate`` plays: a scenario or a record, and whether it is recorded."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from mock_service.console import print_line
from mock_service.settings import LoopSettings
from simulator.engine.run import Listeners
from simulator.engine.run_warnings import duration_text
from simulator.errors import OptionsInvalid
from simulator.model import Interaction
from simulator.personalizer.exploration_schedule import ExplorationSchedule
from simulator.report.interaction_lines import RunKey
from simulator.report.interaction_log import Recorder, read_record
from simulator.report.summary import Summary
from simulator.scenario.catalogue import find_scenario
from simulator.scenario.reward_timing import longest_reward_delay
from simulator.scenario.slot_consistency import depends_on_others
from simulator.simulations import EndpointTarget, RunOptions, replay, simulate
from simulator.users.reward_design import check_reward

_ROUNDS = 2000
_SEED = 1


@dataclass(frozen=True, slots=True)
class SimulateOptions:
    """What was chosen about a run; empty and None leave it as it is."""

    scenario: str = ""
    rounds: int | None = None
    seed: int | None = None
    reward: str = ""
    record: Path | None = None
    replay: Path | None = None
    log: Path | None = None
    schedule: ExplorationSchedule | None = None

    @property
    def title(self) -> str:
        """What to call the run while it goes on."""
        return self.scenario if self.replay is None else self.replay.name

    @property
    def total(self) -> int | None:
        """How many users come; None for as many as a record has."""
        return self.rounds or (_ROUNDS if self.replay is None else None)


def run_simulation(
    choices: SimulateOptions, target: LoopSettings | EndpointTarget, listeners: Listeners
) -> Summary:
    """Run what was chosen.

    Raises:
        SimulatorError: the choices contradict each other, or something is wrong with what they
            name: a scenario, a record, an endpoint.
        LearningPolicyInvalid: the learning policy is not one.
    """
    if choices.replay is not None:
        return _replay(choices, choices.replay, target, listeners)
    if not choices.scenario:
        raise OptionsInvalid("expected a scenario's name, a .toml file, or --replay RECORD")
    story = find_scenario(choices.scenario)
    seed = _SEED if choices.seed is None else choices.seed
    options = RunOptions(
        choices.rounds or _ROUNDS, seed, choices.reward, choices.log, choices.schedule
    )
    check_reward(story, choices.reward)
    if choices.record is not None and depends_on_others(story):
        raise OptionsInvalid(
            f"--record: what comes of a slot of {story.name} depends on what the others show "
            "(page.examination), so a record could not be replayed"
        )
    delay = longest_reward_delay(story, choices.reward).total_seconds()
    label = RunKey(story.name, seed, choices.reward or next(iter(story.rewards)), delay)
    with _recording(choices.record, label, listeners) as listening:
        return simulate(story, target, options, listening)


def announce_delays(talk: Console, target: object, choices: SimulateOptions) -> None:
    """Say how long rewards will be waited for that come late at an endpoint.

    Raises:
        SimulatorError: there is no such scenario or reward design.
    """
    if not (isinstance(target, EndpointTarget) and choices.scenario and target.delays):
        return
    story = find_scenario(choices.scenario)
    check_reward(story, choices.reward)
    delay = longest_reward_delay(story, choices.reward)
    if delay:
        print_line(
            talk,
            f"Rewards come up to {duration_text(delay)} after their visits, and are sent when they "
            "do: the run ends only then, and the endpoint must wait longer for them. --no-delays "
            "sends them at once.",
        )


def _replay(
    choices: SimulateOptions,
    record: Path,
    target: LoopSettings | EndpointTarget,
    listeners: Listeners,
) -> Summary:
    """Let the visits of a record come again: its scenario, seed and rewards are in it."""
    chosen = {
        f"the scenario {choices.scenario}": choices.scenario,
        "--seed": choices.seed,
        "--reward": choices.reward,
    }
    for name, value in chosen.items():
        if value not in (None, ""):
            raise OptionsInvalid(f"{name} cannot be had with --replay: the record says it already")
    if choices.record is not None and choices.record.resolve() == record.resolve():
        raise OptionsInvalid(f"--record: {record} is what is replayed; choose another file")
    first = next(read_record(record), None)
    label = first.label if first else RunKey("", 0, "")
    with _recording(choices.record, label, listeners) as listening:
        options = RunOptions(log=choices.log, schedule=choices.schedule)
        return replay(record, target, choices.rounds, listening, options)


@contextmanager
def _recording(path: Path | None, label: RunKey, listeners: Listeners) -> Iterator[Listeners]:
    """Let a recorder listen too, if there is a file to write."""
    if path is None:
        yield listeners
        return
    recorder = Recorder(path, label)

    def watch(interaction: Interaction) -> None:
        recorder.write(interaction)
        if listeners.watcher is not None:
            listeners.watcher(interaction)

    try:
        yield replace(listeners, watcher=watch)
    finally:
        recorder.close()
