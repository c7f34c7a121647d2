"""The guest: synthetic users, the runs they make, and reports of how it went.

From Python::

    from simulator import compare, simulate

Both load the rest only when they are asked for, so that importing a room costs nothing else.
"""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from simulator.api import compare, simulate
    from simulator.report.notebook import Comparison, Simulation
else:
    __getattr__, __dir__, _ = lazy_loader.attach(
        __name__,
        submod_attrs={
            "api": ["compare", "simulate"],
            "report.notebook": ["Comparison", "Simulation"],
        },
    )

__all__ = ["Comparison", "Simulation", "compare", "simulate"]
