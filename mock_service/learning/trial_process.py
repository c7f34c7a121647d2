"""The process in which a policy or a model is tried.

``python -m mock_service.learning.trial_process ARGUMENTS FOLDER`` reads ``FOLDER/model.vw``, which
is empty for an untrained model. It ends with 0 when all is well, and with `REFUSED` and one line
on stdout when not.
"""

import json
import math
import resource
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from mock_service.errors import HostError, LearningPolicyInvalid, ModelInvalid
from mock_service.learning.models import Model, open_model
from mock_service.learning.weights import unsound_weights
from mock_service.loop.decision import Action, Decision
from mock_service.loop.seams import Prediction
from mock_service.loop.slots import SlotContext, write_slot

REFUSED = 3
_MEMORY = 2 << 30
"""Address space in bytes; a model of 24 bits and its working memory fit."""
_COUNTS = (1, 2, 5, 50)
_LEARNED = 20
_TOLERANCE = 1e-3


def main(arguments: str, folder: str) -> int:
    """Try, and say how it went."""
    with suppress(ValueError, OSError):  # not every system can set this limit
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    path = Path(folder, "model.vw")
    try:
        model = path.read_bytes()
        if model and (place := unsound_weights(arguments, path)):
            raise ModelInvalid(f"its weights are no finite numbers: {place}")
        _try(arguments, model)
    except (HostError, RuntimeError, MemoryError) as error:
        sys.stdout.write(" ".join(str(error).split()) or type(error).__name__)
        return REFUSED
    return 0


def _try(arguments: str, model: bytes) -> None:
    """Rank, learn and rank; then again with what was saved."""
    first = open_model(arguments, model)
    _rank(first)
    for number in range(_LEARNED):
        first.learn(_decision(number), float(number % 2))
    _rank(first)
    _rank(open_model(arguments, first.snapshot()))


def _rank(model: Model) -> None:
    for count in _COUNTS:
        _check(model.predict(_context(count), _actions(count)), count)


def _check(prediction: Prediction, count: int) -> None:
    """Refuse an answer that is no distribution over `count` actions."""
    chances = prediction.probabilities
    if sorted(prediction.order) != list(range(count)):
        raise LearningPolicyInvalid(f"it ranked {count} actions as {prediction.order}")
    if not all(0 <= chance <= 1 for chance in chances):
        raise LearningPolicyInvalid(f"it answered with probabilities {chances}")
    if not math.isclose(sum(chances), 1, abs_tol=_TOLERANCE):
        raise LearningPolicyInvalid(f"its probabilities sum to {sum(chances)}")


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
    chances = (0.2,) * 5
    return Decision("e", _NOW, _context(number), actions, actions, order, chances, deferred=False)


_NOW = datetime(2020, 1, 1, tzinfo=UTC)

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
