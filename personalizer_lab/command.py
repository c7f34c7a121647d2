"""The command ``personalizer-lab``."""

import sys
from importlib import import_module

from personalizer_lab.shadowing import PackageShadowed, check_packages

_MISTAKE = 2


def main() -> None:
    """Run the command; another package in the place of one of ours is one line and exit code 2."""
    try:
        check_packages()
    except PackageShadowed as error:
        sys.stderr.write(f"personalizer-lab: {error}\n")
        sys.exit(_MISTAKE)
    import_module("simulator.cli.commands").main()
