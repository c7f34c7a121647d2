"""Who may look at whom: the contracts in pyproject.toml hold."""

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.helpers.servers import ROOT


def test_imports_point_downwards() -> None:
    """Every contract is kept; a room nobody has placed breaks one."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo"]

    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout


def test_both_packages_have_exhaustive_layers() -> None:
    """So that a new package fails until it has its place there."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]

    exhaustive = [contract["containers"] for contract in contracts if contract.get("exhaustive")]

    assert exhaustive == [["mock_service"], ["mock_service.hosting"], ["simulator"]]
