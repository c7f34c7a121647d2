"""What personalizer-lab offers to Python: a local Personalizer, and simulations of its users.

Everything that can be imported from here is public and documented; the packages ``mock_service``
and ``simulator`` are internal. Names are loaded when they are asked for, so that importing this
package, as pytest does at every start, costs nothing.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

from personalizer_lab.shadowing import PackageShadowed, check_packages

if TYPE_CHECKING:
    from mock_service.emulator.journal import Calls, RecordedCall
    from mock_service.emulator.record import RecordedDecision
    from mock_service.errors import (
        ControlRequestInvalid,
        LearningPolicyInvalid,
        MockServiceError,
        SettingsInvalid,
    )
    from mock_service.loop.configuration import Configuration, LearningMode, Mode
    from mock_service.python_policies.feature_matrix import FeatureMatrix
    from mock_service.python_policies.protocol import PolicyAction, PythonPolicy
    from mock_service.tables.frames import read_log, write_log
    from mock_service.testing.personalizer import LocalPersonalizer
    from simulator.api import compare, simulate
    from simulator.bridges.coba_scenario import CobaScenario
    from simulator.bridges.gymnasium_scenario import GymnasiumScenario
    from simulator.errors import OptionsInvalid, ScenarioInvalid, SimulatorError
    from simulator.report.notebook import Comparison, Simulation

__version__ = version("personalizer-lab")

_MODULES = {
    "Calls": "mock_service.emulator.journal",
    "CobaScenario": "simulator.bridges.coba_scenario",
    "Comparison": "simulator.report.notebook",
    "Configuration": "mock_service.loop.configuration",
    "ControlRequestInvalid": "mock_service.errors",
    "FeatureMatrix": "mock_service.python_policies.feature_matrix",
    "GymnasiumScenario": "simulator.bridges.gymnasium_scenario",
    "LearningMode": "mock_service.loop.configuration",
    "LearningPolicyInvalid": "mock_service.errors",
    "LocalPersonalizer": "mock_service.testing.personalizer",
    "MockServiceError": "mock_service.errors",
    "Mode": "mock_service.loop.configuration",
    "OptionsInvalid": "simulator.errors",
    "PolicyAction": "mock_service.python_policies.protocol",
    "PythonPolicy": "mock_service.python_policies.protocol",
    "RecordedCall": "mock_service.emulator.journal",
    "RecordedDecision": "mock_service.emulator.record",
    "ScenarioInvalid": "simulator.errors",
    "SettingsInvalid": "mock_service.errors",
    "Simulation": "simulator.report.notebook",
    "SimulatorError": "simulator.errors",
    "compare": "simulator.api",
    "read_log": "mock_service.tables.frames",
    "simulate": "simulator.api",
    "write_log": "mock_service.tables.frames",
}

__all__ = [
    "Calls",
    "CobaScenario",
    "Comparison",
    "Configuration",
    "ControlRequestInvalid",
    "FeatureMatrix",
    "GymnasiumScenario",
    "LearningMode",
    "LearningPolicyInvalid",
    "LocalPersonalizer",
    "MockServiceError",
    "Mode",
    "OptionsInvalid",
    "PackageShadowed",
    "PolicyAction",
    "PythonPolicy",
    "RecordedCall",
    "RecordedDecision",
    "ScenarioInvalid",
    "SettingsInvalid",
    "Simulation",
    "SimulatorError",
    "__version__",
    "compare",
    "read_log",
    "simulate",
    "write_log",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is asked for.

    Raises:
        PackageShadowed: another package of the name of one of ours would be imported instead.
    """
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    check_packages()
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
