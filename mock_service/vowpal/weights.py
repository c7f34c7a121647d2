"""Looking at a model's numbers one by one."""

import math
import re
import tempfile
from pathlib import Path

from vowpalwabbit import pyvw

from mock_service.vowpal.policy_arguments import to_vw_arguments

_WEIGHT = re.compile(r"\d+:(.+)")


def find_nonfinite_weight(arguments: str, model: Path) -> str:
    """Return the first line of a readable model that holds no finite number, or nothing.

    Raises:
        RuntimeError: Vowpal Wabbit does not read the model under `arguments`.
    """
    with tempfile.TemporaryDirectory() as folder:
        readable = Path(folder, "model.txt")
        options = f"--json --quiet --save_resume --initial_regressor {model}"
        pyvw.Workspace(
            f"{to_vw_arguments(arguments)} {options} --readable_model {readable}"
        ).finish()
        with readable.open(encoding="utf-8", errors="replace") as lines:
            return next((line.strip() for line in lines if not _sound(line)), "")


def _sound(line: str) -> bool:
    """Say whether a line is no weight, or one of finite numbers."""
    weight = _WEIGHT.fullmatch(line.strip())
    return weight is None or all(math.isfinite(_number(word)) for word in weight[1].split())


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return math.nan
