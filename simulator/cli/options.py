"""The options that several commands share, and what they choose."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import typer

from mock_service.errors import SettingsInvalid
from mock_service.loop.configuration import AGGREGATIONS, Mode
from mock_service.settings import DEVELOPMENT_KEY, LoopSettings
from simulator.errors import OptionsInvalid
from simulator.experiment.choices import parse_choice
from simulator.experiment.setting import LoopOptions
from simulator.personalizer.exploration_schedule import ExplorationSchedule, parse_exploration
from simulator.personalizer.retrying_client import RetryPolicy
from simulator.scenario.fields import parse_positive_duration
from simulator.simulations import EndpointTarget
from simulator.worker import loop_settings

ExplorationOption = Annotated[
    str,
    typer.Option(
        metavar="SHARE",
        help="Share of ranks that explore, or a schedule like 0.4->0.05@1000 (a line over 1,000 "
        "visits) or 0.4|0.05@2d (a step after two days). [default: the policy's own, or 0.2]",
    ),
]
PolicyOption = Annotated[
    str,
    typer.Option(
        help="Preset, Vowpal Wabbit arguments, or python:FILE_OR_MODULE:NAME, a policy of your "
        "own. [default: the mode's preset]"
    ),
]
ModeOption = Annotated[
    Mode | None, typer.Option(help="quick: learn at once. azure: wait and export. [default: quick]")
]
WaitOption = Annotated[
    str, typer.Option(help="Reward wait time, like 90s, 10m or 1h30m. [default: 10m]")
]
DefaultRewardOption = Annotated[
    float | None, typer.Option(min=-1, max=1, help="What silence is worth. [default: 0]")
]
AggregationOption = Annotated[
    str,
    typer.Option(help=f"What an event's rewards make: {', '.join(AGGREGATIONS)}."),
]
ExportOption = Annotated[
    str, typer.Option(help="In azure mode, how often ranks see a new model. [default: 5m]")
]
EndpointOption = Annotated[
    str, typer.Option(envvar="PERSONALIZER_ENDPOINT", help="Rank there and not in this process.")
]
KeyOption = Annotated[
    str,
    typer.Option(
        envvar="PERSONALIZER_KEY",
        help="The endpoint's key; the variable hides it from the list of processes.",
        show_envvar=True,
    ),
]
RateOption = Annotated[
    float | None, typer.Option(min=0.001, help="Requests a second to an endpoint, at most.")
]
RetriesOption = Annotated[
    int | None, typer.Option(min=0, max=50, help="Tries after the first one. [default: 5]")
]
TimeoutOption = Annotated[
    float | None,
    typer.Option(
        min=0.001, max=86_400, help="Seconds for a request and its whole reply. [default: 30]"
    ),
]
DelaysOption = Annotated[
    bool | None,
    typer.Option(
        "--delays/--no-delays",
        help="Send late rewards to an endpoint after their real delay, or at once.",
    ),
]
DEFAULT_KEY = DEVELOPMENT_KEY


_LOOP_FLAGS = {
    "exploration": "--exploration",
    "policy": "--policy",
    "mode": "--mode",
    "reward_wait_time": "--wait",
    "model_export_frequency": "--export-every",
    "reward_aggregation": "--aggregation",
    "default_reward": "--default-reward",
}
"""The flags that choose something about the loop, by the names of what they choose."""


def choose_target(
    options: LoopOptions, endpoint: EndpointTarget | None
) -> LoopSettings | EndpointTarget:
    """Return where to rank: an endpoint's learning is its own to choose.

    Raises:
        OptionsInvalid: something was chosen that belongs to the endpoint.
    """
    if endpoint is None:
        return _parse_settings(options)
    chosen = [
        flag for name, flag in _LOOP_FLAGS.items() if getattr(options, name) not in (None, "")
    ]
    if chosen:
        raise OptionsInvalid(
            f"{chosen[0]} belongs to the server at {endpoint.endpoint}: give it to "
            "`personalizer-lab serve`, or leave out --endpoint (and PERSONALIZER_ENDPOINT) to "
            "run in this process"
        )
    return endpoint


def _parse_settings(options: LoopOptions) -> LoopSettings:
    """Return the loop that was chosen; what is wrong is named by its flag."""
    try:
        return loop_settings(options)
    except SettingsInvalid as error:
        name, colon, problem = str(error).partition(":")
        flag = f"--{name}" if f"--{name}" in _LOOP_FLAGS.values() else name
        raise OptionsInvalid(f"{flag}{colon}{problem}") from error


def parse_exploration_option(text: str) -> float | ExplorationSchedule | None:
    """Return the share or schedule that --exploration was given; None for an empty text.

    Raises:
        OptionsInvalid: it is neither.
    """
    return parse_choice("--exploration", parse_exploration, text) if text else None


def parse_duration_option(flag: str, text: str) -> timedelta | None:
    """Return the duration above 0 that a flag was given; None for an empty text.

    Raises:
        OptionsInvalid: it is no duration.
    """
    return parse_choice(flag, parse_positive_duration, text) if text else None


@dataclass(frozen=True, slots=True)
class EndpointChoices:
    """What was chosen about an endpoint; None leaves it as it is."""

    endpoint: str = ""
    key: str = DEFAULT_KEY
    rate: float | None = None
    retries: int | None = None
    timeout: float | None = None
    delays: bool | None = None

    def target(self) -> EndpointTarget | None:
        """Return the endpoint; None when there is none.

        Raises:
            OptionsInvalid: something was chosen that only an endpoint has.
        """
        chosen = {"--rate": self.rate, "--retries": self.retries, "--timeout": self.timeout}
        chosen["--no-delays" if self.delays is False else "--delays"] = self.delays
        if not self.endpoint:
            for name, value in chosen.items():
                if value is not None:
                    raise OptionsInvalid(
                        f"{name} needs --endpoint: in this process time is virtual"
                    )
            return None
        usual = RetryPolicy()
        patience = RetryPolicy(
            usual.retries if self.retries is None else self.retries,
            self.timeout or usual.timeout,
            self.rate or usual.rate,
        )
        return EndpointTarget(self.endpoint, self.key, patience, delays=self.delays is not False)
