"""Which features of a scenario's context divide its visits into few enough groups."""

from simulator.engine.groups import PROFILE
from simulator.errors import OptionsInvalid
from simulator.scenario.features import Normal, WholeNumber
from simulator.scenario.model import Scenario

_MAX_GROUPS = 24
"""The hours of a day."""


def check_grouping(scenario: Scenario, by: str) -> None:
    """See that visits can be grouped by the profile or by that feature of their context.

    Raises:
        OptionsInvalid: there is no such feature, or it has too many values.
    """
    if by == PROFILE:
        return
    contexts = [scenario.context, *(profile.context for profile in scenario.profiles.values())]
    specs = [context[by] for context in contexts if by in context]
    if not specs:
        known = dict.fromkeys([PROFILE, *(name for context in contexts for name in context)])
        raise OptionsInvalid(f"--by: expected one of {', '.join(known)}, got {by!r}")
    for spec in specs:
        if isinstance(spec, Normal) or (isinstance(spec, WholeNumber) and _is_wide(spec)):
            raise OptionsInvalid(
                f"--by {by}: expected a feature of at most {_MAX_GROUPS} values, got one of many"
            )


def _is_wide(spec: WholeNumber) -> bool:
    low, high = spec.integer
    return high - low >= _MAX_GROUPS
