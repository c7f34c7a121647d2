"""A policy in Python as a learner: what it is asked, what is checked, and how it is copied."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mock_service.errors import LearningPolicyInvalid
from mock_service.loop.decision import Action, Decision
from mock_service.python_policies.model import PythonModel, check_python_policy

_ACTIONS = (Action("a", '[{"x":1}]'), Action("b", "[]"), Action("c", "[]"))
_CONTEXT = '[{"user":"Tom"}]'


def _policy(folder: Path, body: str, beginning: str = "") -> str:
    """Return a policy whose `predict` and `learn` are in `body`."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    (folder / "mine.py").write_text(f"{beginning}\nclass Mine:\n{lines}\n")
    return f"python:{folder / 'mine.py'}:Mine"


def _decision(order: tuple[int, ...] = (2, 0, 1)) -> Decision:
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    shares = (0.5, 0.3, 0.2)
    return Decision("e", moment, _CONTEXT, _ACTIONS, _ACTIONS, order, shares, deferred=False)


_REMEMBERS = """
seen = ()
def predict(self, context, actions):
    self.seen += (("predict", dict(context), [tuple(action) for action in actions]),)
    return [0.2, 0.5, 0.3]
def learn(self, *arguments):
    self.seen += (("learn", *arguments),)
"""


def test_a_policy_is_asked_and_taught_in_plain_values(tmp_path: Path) -> None:
    """Context and actions as the client sent them, and what came of the choice."""
    model = PythonModel(_policy(tmp_path, _REMEMBERS), seed=1)

    prediction = model.predict(_CONTEXT, _ACTIONS)
    model.learn(_decision(), 0.75)

    asked, taught = model._policy.seen  # noqa: SLF001 (what it was shown)
    assert prediction.order == (1, 2, 0)
    assert prediction.probabilities == (0.5, 0.3, 0.2)
    assert asked == ("predict", {"user": "Tom"}, [("a", {"x": 1}), ("b", {}), ("c", {})])
    assert taught[1] == {"user": "Tom"}
    assert [action.id for action in taught[2]] == ["a", "b", "c"]
    assert taught[3:] == (2, 0.5, 0.75)


def test_equal_probabilities_stay_in_the_given_order(tmp_path: Path) -> None:
    """So that a run is the same wherever it is made."""
    body = "def predict(self, c, a): return [0.25, 0.5, 0.25]\ndef learn(self, *_): pass"

    assert PythonModel(_policy(tmp_path, body), seed=1).predict("[]", _ACTIONS).order == (1, 0, 2)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("[0.3, 0.3, 0.3]", "they sum to 0.9"),
        ("[0.5, 0.5]", "got [0.5, 0.5]"),
        ("[1.5, -0.5, 0]", "got [1.5, -0.5, 0]"),
        ("[float('nan'), 0.5, 0.5]", "got [nan, 0.5, 0.5]"),
        ("[float('inf'), 0.5, 0.5]", "they sum to inf"),
        ("None", "got None"),
        ("'abc'", "got 'abc'"),
        ("[[1, 0, 0]]", "got [[1, 0, 0]]"),
        ("1", "got 1"),
    ],
)
def test_what_are_no_probabilities_is_refused(tmp_path: Path, answer: str, said: str) -> None:
    """In one line that names the method, the call and what came."""
    body = f"def predict(self, c, a): return {answer}\ndef learn(self, *_): pass"
    policy = _policy(tmp_path, body)

    with pytest.raises(LearningPolicyInvalid) as error:
        PythonModel(policy, seed=1).predict("[]", _ACTIONS)

    assert str(error.value) == (
        f"the policy {policy}: predict (call 1): expected 3 probabilities of at least 0 that "
        f"sum to 1, and {said}"
    )


def test_numpy_and_single_precision_are_welcome(tmp_path: Path) -> None:
    """Probabilities may sum to 1 as exactly as 32 bits can."""
    body = "def predict(self, c, a): return np.full(3, 1 / 3, dtype=np.float32)\n"
    policy = _policy(tmp_path, f"{body}def learn(self, *_): pass", "import numpy as np")

    assert PythonModel(policy, seed=1).predict("[]", _ACTIONS).order == (0, 1, 2)


@pytest.mark.parametrize(
    ("method", "call"),
    [("predict", "predict (call 1)"), ("learn", "learn (after call 0 of predict)")],
)
def test_a_failure_says_the_file_the_line_and_the_method(
    tmp_path: Path, method: str, call: str
) -> None:
    """Also where the error came up in a library that it called."""
    bodies = {"predict": "return [1.0, 0.0, 0.0]", "learn": "pass"}
    bodies[method] = "json.loads('{')"
    body = "\n".join(f"def {name}(self, *_): {text}" for name, text in bodies.items())
    policy = _policy(tmp_path, body, "import json")
    model = PythonModel(policy, seed=1)

    with pytest.raises(LearningPolicyInvalid) as error:
        model.predict("[]", _ACTIONS) if method == "predict" else model.learn(_decision(), 1.0)

    line = 3 if method == "predict" else 4
    assert f"mine.py:{line}: {call}: JSONDecodeError: Expecting" in str(error.value)
    assert "\n" not in str(error.value)


def test_an_exit_is_a_failure_and_an_interrupt_is_not(tmp_path: Path) -> None:
    """A run that ends in its middle is none that ended well; the person may end it."""
    leave = "def predict(self, *_): raise {}\ndef learn(self, *_): pass"

    with pytest.raises(LearningPolicyInvalid, match="SystemExit: 0"):
        PythonModel(_policy(tmp_path, leave.format("SystemExit(0)")), seed=1).predict("[]", ())
    with pytest.raises(KeyboardInterrupt):
        PythonModel(_policy(tmp_path, leave.format("KeyboardInterrupt")), seed=1).predict("[]", ())


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("def learn(self, *_): pass", "expected a method predict(), and Mine has none"),
        ("predict = 3\ndef learn(self, *_): pass", "expected a method predict()"),
        ("def predict(self, *_): pass", "expected a method learn(), and Mine has none"),
        (f"{_REMEMBERS}\ndef save(self): return b''", "expected save() and load() together"),
        (f"{_REMEMBERS}\ndef __init__(self): 1 / 0", "mine.py:11: Mine: ZeroDivisionError"),
        (
            f"{_REMEMBERS}\ndef __init__(self): self.lock = threading.Lock()",
            "it cannot be copied (give it save() and load()): TypeError: cannot pickle",
        ),
        (
            f"{_REMEMBERS}\ndef save(self): return 'text'\ndef load(self, saved): pass",
            "save: expected bytes, got 'text'",
        ),
        (
            f"{_REMEMBERS}\ndef save(self): return b'x'\ndef load(self, saved): 1 / 0",
            "load: ZeroDivisionError",
        ),
    ],
)
def test_what_cannot_be_a_policy_is_found_before_the_first_visit(
    tmp_path: Path, body: str, problem: str
) -> None:
    """Made, looked at and copied once."""
    with pytest.raises(LearningPolicyInvalid) as error:
        check_python_policy(_policy(tmp_path, body, "import threading"))

    assert problem in str(error.value)
    assert "model.py" not in str(error.value)


_COUNTS = """
def __init__(self): self.count, self.lock = 0, None
def predict(self, c, a): return [1.0] + [0.0] * (len(a) - 1)
def learn(self, *_): self.count += 1
"""
_SAVES = """
def save(self): return str(self.count).encode()
def load(self, saved): self.count = int(saved)
"""


@pytest.mark.parametrize("body", [_COUNTS, _COUNTS + _SAVES])
def test_a_copy_goes_on_and_the_original_is_left_alone(tmp_path: Path, body: str) -> None:
    """By pickle, or by its own save() and load()."""
    policy = _policy(tmp_path, body)
    model = PythonModel(policy, seed=1)
    model.learn(_decision(), 1.0)
    copy = PythonModel(policy, seed=1, saved=model.snapshot())
    copy.learn(_decision(), 1.0)

    assert model._policy.count == 1  # noqa: SLF001 (what it learned)
    assert copy._policy.count == 2  # noqa: SLF001 (what it learned)


def test_it_explains_nothing(tmp_path: Path) -> None:
    """What moves it cannot be told from outside."""
    assert PythonModel(_policy(tmp_path, _COUNTS), seed=1).explain("[]", _ACTIONS) == [()] * 3
