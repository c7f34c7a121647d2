"""Trying a policy, or a model, in a process of its own before it may answer anybody.

Vowpal Wabbit is native code: what it makes of a stranger's options or bytes can be a crash, a
hang or all of the memory. So it happens first where it harms nobody.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from mock_service.errors import LearningPolicyInvalid, ModelInvalid
from mock_service.learning.model_file import check_header
from mock_service.learning.policies import PRESETS, policy_arguments
from mock_service.learning.policy_text import is_multi_slot
from mock_service.learning.trial_process import REFUSED

SECONDS = 10.0
"""How long a trial may take; a good policy takes a quarter of a second."""


def prove_policy(policy: str) -> None:
    """Accept a preset's name, or a policy that is safe and works; empty is the mode's preset.

    Raises:
        LearningPolicyInvalid: it is neither.
    """
    arguments = policy_arguments(policy) if policy else ""
    if arguments and policy not in PRESETS:
        try_policy(arguments)


def try_policy(arguments: str) -> None:
    """Accept a policy that ranks, learns, saves and ranks again as it should.

    Raises:
        LearningPolicyInvalid: it does not, or takes too long or too much memory.
    """
    if complaint := _complaint(arguments, b""):
        raise LearningPolicyInvalid(
            f"Vowpal Wabbit does not work with the learning policy {arguments!r}: {complaint}"
        )


def try_model(arguments: str, model: bytes) -> None:
    """Accept a model that works under the policy `arguments`.

    Raises:
        ModelInvalid: it is no model, or does not rank, learn, save and rank again as it should.
    """
    header = check_header(model)
    if is_multi_slot(header.arguments) != is_multi_slot(arguments):
        raise ModelInvalid("the model ranks for one slot and the policy for several, or vice versa")
    if complaint := _complaint(arguments, model):
        raise ModelInvalid(f"the model does not work: {complaint}")


def _complaint(arguments: str, model: bytes) -> str:
    """Return what is wrong, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "model.vw").write_bytes(model)
        command = [sys.executable, "-m", "mock_service.learning.trial_process", arguments, folder]
        try:
            ended = subprocess.run(
                command, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return f"it did not finish within {SECONDS:.0f} seconds"
    if ended.returncode == REFUSED:
        return ended.stdout.strip()
    if ended.returncode:
        return f"it ended its process with {_reason(ended.returncode)}"
    return ""


def _reason(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"
