"""Where figures come from: the machine, and the versions of what is measured."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from load import GENERATOR

from mock_service.clock import SystemClock

_PACKAGES = ("personalizer-lab", "vowpalwabbit", "numpy", "fastapi", "uvicorn", "pydantic")
_PEERS = ("coba", "vw-estimators")


def circumstances() -> dict[str, str]:
    """Return what the figures hang on, by name."""
    return {
        "date": SystemClock().now().date().isoformat(),
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        **{name: version(name) for name in (*_PACKAGES, *_PEERS)},
        "load on servers from": GENERATOR,
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
