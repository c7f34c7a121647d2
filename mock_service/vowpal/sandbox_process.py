"""The process in which a policy or a model is tried.

``python -m mock_service.vowpal.sandbox_process TOKEN SECONDS ARGUMENTS`` works in a folder of its
own, which is empty, or holds ``model.vw``. When it is done it writes one line of JSON to what was
its stdout: the token, and what is wrong or an empty text. Vowpal Wabbit itself writes to nowhere.
"""

import json
import math
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from mock_service.errors import LearningPolicyInvalid, MockServiceError, ModelInvalid
from mock_service.loop.decision import Action, Decision
from mock_service.loop.protocols import Prediction
from mock_service.loop.slots import SlotContext, write_slot
from mock_service.vowpal.learners import Model, open_model
from mock_service.vowpal.sandbox_limits import limit_process, without_files
from mock_service.vowpal.weights import find_nonfinite_weight

MODEL_FILE = "model.vw"
_COUNTS = (1, 2, 5, 50)
_LEARNED = 20
_TOLERANCE = 1e-3
_MAX_COMPLAINT_LENGTH = 2000


def main(token: str, seconds: str, arguments: str) -> None:
    """Try, and say how it went."""
    channel = _take_stdout()
    folder = Path.cwd()
    tempfile.tempdir = str(folder)
    there = sorted(folder.iterdir())
    limit_process(float(seconds))
    try:
        _try(arguments, there[0] if there else b"")
        if sorted(folder.iterdir()) != there:
            raise LearningPolicyInvalid("it wrote files")
        complaint = ""
    except (MockServiceError, RuntimeError, MemoryError, OSError) as error:
        complaint = " ".join(str(error).split())[:_MAX_COMPLAINT_LENGTH] or type(error).__name__
    os.write(channel, json.dumps({"token": token, "complaint": complaint}).encode())


def _take_stdout() -> int:
    """Return a descriptor of what was stdout, and let nothing else reach it."""
    channel = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return channel


def _try(arguments: str, model: Path | bytes) -> None:
    """Rank, learn and rank without a file to write to; then again with what was saved."""
    with without_files(spare=1 if model else 0):
        first = open_model(arguments, model)
        _rank(first)
        for number in range(_LEARNED):
            first.learn(_decision(number), float(number % 2))
        _rank(first)
    if isinstance(model, Path) and (index := find_nonfinite_weight(arguments, model)):
        raise ModelInvalid(f"its weights are no finite numbers: {index}")
    _rank(open_model(arguments, first.snapshot()))


def _rank(model: Model) -> None:
    for count in _COUNTS:
        _check(model.predict(_context(count), _actions(count)), count)


def _check(prediction: Prediction, count: int) -> None:
    """Refuse an answer that is no distribution over `count` actions."""
    probabilities = prediction.probabilities
    if sorted(prediction.order) != list(range(count)):
        raise LearningPolicyInvalid(f"it ranked {count} actions as {prediction.order}")
    if not all(0 <= probability <= 1 for probability in probabilities):
        raise LearningPolicyInvalid(f"it answered with probabilities {probabilities}")
    if not math.isclose(sum(probabilities), 1, abs_tol=_TOLERANCE):
        raise LearningPolicyInvalid(f"its probabilities sum to {sum(probabilities)}")


def _context(number: int) -> str:
    """Return a context; to a model that fills slots it names the second of two."""
    user = {"user": f"u{number}", "age": number}
    context = [user, {"device": {"mobile": True}}]
    return write_slot(SlotContext(context, "second", 1, 2, [{"size": number}]))


def _actions(count: int) -> tuple[Action, ...]:
    return tuple(
        Action(f"a{n}", json.dumps([{"topic": f"t{n}", "length": n}])) for n in range(count)
    )


def _decision(number: int) -> Decision:
    actions, chosen = _actions(5), number % 5
    order = (chosen, *[n for n in range(5) if n != chosen])
    probabilities = (0.2,) * 5
    return Decision(
        "e", _NOW, _context(number), actions, actions, order, probabilities, deferred=False
    )


_NOW = datetime(2020, 1, 1, tzinfo=UTC)

if __name__ == "__main__":
    main(*sys.argv[1:])
