"""Trying a policy, or a model, in a process of its own before it may answer a request.

Vowpal Wabbit is native code: what it makes of untrusted options or bytes can be a crash, a hang or
all of the memory. So it happens first where it does no harm: in a process with an empty folder of
its own, which must not write files, start processes or use more than its share, and which has to
say that it passed. The end of a process says nothing: ``--version`` ends it with exit code 0.
"""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from mock_service.errors import LearningPolicyInvalid, ModelInvalid
from mock_service.vowpal.crossings import parse_crossings
from mock_service.vowpal.model_file import check_header
from mock_service.vowpal.policy_arguments import (
    check_policy_text,
    is_multi_slot,
    parse_model_options,
    parse_options,
)
from mock_service.vowpal.presets import PRESETS, resolve_policy
from mock_service.vowpal.sandbox_process import MODEL_FILE

SECONDS = 10.0
"""How long a trial may take; a good policy takes a quarter of a second."""
MAX_TRIALS = 2
"""How many run at once: each may use the memory of `trial_limits`. Others wait."""
_PROCESS = "mock_service.vowpal.sandbox_process"
_KNOWN = 256
_P = ParamSpec("_P")
_T = TypeVar("_T")
_running = threading.BoundedSemaphore(MAX_TRIALS)
_threads = ThreadPoolExecutor(MAX_TRIALS, "trial")
"""Of their own, so that those who wait for a trial take no thread from anything else."""


def validate_policy(policy: str, *, presets: bool = True) -> str:
    """Return the arguments of a preset's name, or of a policy that is safe and works.

    Every policy that comes from outside passes here before a loop may have it. One that is no
    preset is tried in a process of its own, which takes a quarter of a second the first time: an
    event loop calls `validate_policy_aside`. An empty policy is the mode's preset, and stays
    empty; without `presets`, neither that nor a name is a policy.

    Raises:
        LearningPolicyInvalid: it is neither.
    """
    if presets and not policy:
        return ""
    if not presets:
        check_policy_text(policy)
    arguments = resolve_policy(policy)
    if not is_preset(arguments):
        try_policy(arguments)
    return arguments


async def validate_policy_aside(policy: str, *, presets: bool = True) -> str:
    """Do what `validate_policy` does, while an event loop goes on.

    Raises:
        LearningPolicyInvalid: as `validate_policy`.
    """
    if presets and (not policy or policy in PRESETS):
        return validate_policy(policy)
    return await run_aside(validate_policy, policy, presets=presets)


async def run_aside(trial: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Return what a trial returns, or raise what it raises, while an event loop goes on."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, partial(trial, *args, **kwargs))


def is_preset(arguments: str) -> bool:
    """Say whether arguments are those of a preset, which need no trial."""
    return any(preset.arguments == arguments for preset in PRESETS.values())


@lru_cache(maxsize=_KNOWN)
def try_policy(arguments: str) -> None:
    """Accept a policy that ranks, learns, saves and ranks again as it should.

    What was accepted once is known from then on.

    Raises:
        LearningPolicyInvalid: it does not, or takes too long or too much memory.
    """
    if complaint := _complaint(arguments, b""):
        raise LearningPolicyInvalid(
            f"Vowpal Wabbit does not work with the learning policy {arguments!r}: {complaint}"
        )


def try_model(arguments: str, model: bytes) -> None:
    """Accept a model that works under the policy `arguments`; empty ones are the model's own.

    Raises:
        ModelInvalid: it is no model, crosses features that the policy does not, or does not rank,
            learn, save and rank again as it should.
    """
    header = check_header(model)
    if is_multi_slot(header.arguments) != is_multi_slot(arguments):
        raise ModelInvalid("the model ranks for one slot and the policy for several, or vice versa")
    if arguments:
        _check_same_crossings(arguments, header.arguments)
    if complaint := _complaint(arguments, model):
        raise ModelInvalid(f"the model does not work: {complaint}")


def _check_same_crossings(arguments: str, header: str) -> None:
    """Refuse a model that makes more of its features than the policy, by whose bounds it goes."""
    allowed = parse_crossings(parse_options(arguments))
    if not allowed.includes(parse_crossings(parse_model_options(header))):
        raise ModelInvalid(
            "the model crosses features that the loop's learning policy does not cross, or has "
            "more models in it: import it under the policy that it was trained with"
        )


def _complaint(arguments: str, model: bytes) -> str:
    """Return what is wrong, or nothing."""
    with _running, tempfile.TemporaryDirectory() as folder:
        if model:
            Path(folder, MODEL_FILE).write_bytes(model)
        return judge_trial(arguments, folder)


def judge_trial(
    arguments: str, folder: str, *, seconds: float = SECONDS, process: str = _PROCESS
) -> str:
    """Return what a trial process finds wrong with a policy and the model in `folder`, or nothing.

    The token is what Vowpal Wabbit cannot print: it is told to the process, and never to it.
    """
    token = secrets.token_hex(16)
    command = [sys.executable, "-P", "-B", "-m", process, token, str(seconds), arguments]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as trial:
        try:
            said, _ = trial.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return f"it did not finish within {seconds:g} seconds"
        finally:
            with suppress(ProcessLookupError, PermissionError):  # mostly it has ended by now
                os.killpg(trial.pid, signal.SIGKILL)
    return _verdict(said, token, trial.returncode)


def _environment() -> dict[str, str]:
    """Return the environment of a trial: where Python finds its modules, and no more."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    modules = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
    return kept | {"PYTHONPATH": modules, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


_KEPT = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "SYSTEMROOT")


def _verdict(said: bytes, token: str, code: int) -> str:
    """Return what a trial said was wrong; one that did not say that all is well has failed."""
    word = _last_word(said)
    if word.get("token") == token:
        complaint = word.get("complaint")
        return complaint if isinstance(complaint, str) else "its process said nothing of use"
    if code < 0:
        return f"it ended its process with signal {-code}"
    return f"it ended its process with code {code}, before the trial was over"


def _last_word(said: bytes) -> Mapping[str, Any]:
    try:
        word = json.loads(said)
    except ValueError:
        return {}
    return word if isinstance(word, dict) else {}
