"""Whether our packages are what Python finds under their names.

``mock_service`` and ``simulator`` are names that others use, too: a folder of that name in the
working directory comes before installed packages where a suite runs by ``python -m pytest``.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("mock_service", "simulator")
_HERE = Path(__file__).resolve().parents[1]


class PackageShadowed(ImportError):
    """Another package of the name of one of ours is imported instead of it."""


def check_packages() -> None:
    """Accept that our packages are found.

    Raises:
        PackageShadowed: one is not; the message is one line and says what to do.
    """
    for name in PACKAGES:
        found = _find_folder(name)
        if found != _HERE / name:
            raise PackageShadowed(
                f"this folder hides a package of personalizer-lab: {name!r} is found in "
                f"{found or 'no folder'}, and its own is in {_HERE / name}. Rename that folder, or "
                "keep it off the import path (pytest: run from another folder, or `pytest` "
                "instead of `python -m pytest`)"
            )


def _find_folder(name: str) -> Path | None:
    """Return the folder of what is imported under `name`, loaded already or not."""
    module = sys.modules.get(name)
    spec = find_spec(name) if module is None else module.__spec__
    if spec is None or not spec.submodule_search_locations:
        return Path(spec.origin).resolve() if spec is not None and spec.origin else None
    return Path(next(iter(spec.submodule_search_locations))).resolve()
