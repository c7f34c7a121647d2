"""What users import is a list that does not change by accident."""

import subprocess
import sys
from importlib.metadata import version

import pytest

import personalizer_lab
from tests.helpers.servers import ROOT

PUBLIC = {
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
}


def test_the_public_names_are_these() -> None:
    """Taking one away breaks somebody's code, so it takes a change here, too."""
    assert set(personalizer_lab.__all__) == PUBLIC
    assert set(dir(personalizer_lab)) >= PUBLIC


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_public_name_can_be_imported(name: str) -> None:
    """And is called by its own name."""
    found = getattr(personalizer_lab, name)

    assert getattr(found, "__name__", name) == name


def test_other_names_are_none_of_ours() -> None:
    """An AttributeError, as of any module."""
    with pytest.raises(AttributeError, match="no attribute 'Simulatoin'"):
        _ = personalizer_lab.Simulatoin


def test_the_version_is_that_of_the_distribution() -> None:
    """For bug reports."""
    assert personalizer_lab.__version__ == version("personalizer-lab")


def test_importing_it_loads_neither_package() -> None:
    """As pytest does at every start of every suite beside which it is installed."""
    code = (
        "import sys, personalizer_lab, personalizer_lab.pytest_plugin;"
        "print(sorted({'mock_service', 'simulator', 'numpy', 'fastapi'} & {*sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_typed_example_runs() -> None:
    """It is checked by mypy with the other examples."""
    example = ROOT / "examples" / "typed_usage.py"
    done = subprocess.run(
        [sys.executable, str(example)], capture_output=True, text=True, cwd=ROOT, check=True
    )
    lines = done.stdout.splitlines()

    assert lines[0].startswith("mean reward: 0.")
    assert lines[-1] == "0 calls, 0 decisions"
