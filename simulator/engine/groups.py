"""The visits of a run in groups: by profile, or by the value of a context feature."""

import json
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.engine.tally import Tally
from simulator.users.contextual import merge

PROFILE = "profile"
"""What visits are grouped by, if not by a feature of their context."""
MISSING = "(none)"
"""The group of visits that do not have the feature."""


def group_masks(tally: Tally, profiles: Sequence[str], by: str) -> dict[str, NDArray[np.bool_]]:
    """Return which visits belong to each group, in the order of profiles or of values.

    Arrays have the shape (rounds,); `tally` keeps contexts if `by` is a feature of theirs.
    """
    if by == PROFILE:
        column = tally.column("profile")
        return {name: column == index for index, name in enumerate(profiles)}
    values = np.array([_value(context, by) for context in tally.contexts or ()])
    return {str(value): values == value for value in np.unique(values)}


@lru_cache(4096)
def _value(context: str, feature: str) -> str:
    """Return the value of a context's feature, as JSON writes it; texts as they are."""
    value = merge(json.loads(context)).get(feature, MISSING)
    return value if isinstance(value, str) else json.dumps(value)
