"""How a policy in Python is named, found and given its arguments."""

from pathlib import Path

import pytest

from mock_service.errors import LearningPolicyInvalid
from mock_service.python_policies.reference import (
    has_rate,
    own_rate,
    parse_reference,
    read_source,
    short_name,
    wanted_arguments,
)

_MODULE = """
class Plain:
    def predict(self, context, actions): return [1 / len(actions)] * len(actions)
    def learn(self, *_): pass

class Steered(Plain):
    def __init__(self, seed, exploration=0.3, alpha=1.0): pass

def make(exploration): return Plain()

class Needs(Plain):
    def __init__(self, columns): pass

nothing = 3
"""


@pytest.fixture
def module(tmp_path: Path) -> str:
    """A file with policies, as a text begins that names it."""
    (tmp_path / "mine.py").write_text(_MODULE)
    return f"python:{tmp_path / 'mine.py'}"


@pytest.mark.parametrize(
    ("text", "module", "name", "arguments"),
    [
        ("python:linucb.py:LinUCB", "linucb.py", "LinUCB", {}),
        ("python:shop.policies:make", "shop.policies", "make", {}),
        ("python:C:\\mine\\a.py:A.B", "C:\\mine\\a.py", "A.B", {}),
        (
            "python:a.py:P(alpha=0.5, words=['x', ')'])",
            "a.py",
            "P",
            {"alpha": 0.5, "words": ["x", ")"]},
        ),
    ],
)
def test_a_text_names_a_module_a_class_and_arguments(
    text: str, module: str, name: str, arguments: dict[str, object]
) -> None:
    """The arguments are plain values."""
    found = parse_reference(text)

    assert (found.module, found.name, found.arguments) == (module, name, arguments)


@pytest.mark.parametrize(
    "text",
    [
        "python:",
        "python:linucb.py",
        "python:a.py:",
        "python:a.py:3x",
        "python:a.py:P(0.5)",
        "python:a.py:P(a=open('x'))",
        "python:a.py:P(**{'a': 1})",
        "python:a.py:P(a=1)(b=2)",
        "python:a.py:P(" + "[" * 500 + ")",
    ],
)
def test_what_names_nothing_is_refused_in_one_line(text: str) -> None:
    """And nothing in it is run."""
    with pytest.raises(LearningPolicyInvalid) as error:
        parse_reference(text)

    assert "\n" not in str(error.value)
    assert "expected" in str(error.value)


def test_the_short_name_is_what_tells_policies_of_a_file_apart() -> None:
    """Presets are short already."""
    assert short_name("python:deep/in/linucb.py:LinUCB(alpha=0.5)") == "LinUCB(alpha=0.5)"
    assert short_name("quick") == "quick"


def test_a_policy_gets_what_its_constructor_names(module: str) -> None:
    """Its seed and the loop's rate, and arguments of its own; a written seed wins."""
    assert wanted_arguments(parse_reference(f"{module}:Plain"), 7, 0.1) == {}
    assert wanted_arguments(parse_reference(f"{module}:make"), 7, 0.1) == {"exploration": 0.1}
    assert wanted_arguments(parse_reference(f"{module}:Steered(alpha=2, seed=1)"), 7, 0.1) == {
        "seed": 1,
        "exploration": 0.1,
        "alpha": 2,
    }


def test_the_rate_is_its_own_unless_one_is_chosen(module: str) -> None:
    """What is written, else the constructor's default, else the loop's."""
    assert own_rate(f"{module}:Steered(exploration=0.05)") == 0.05
    assert own_rate(f"{module}:Steered") == 0.3
    assert own_rate(f"{module}:make") == 0.2
    assert own_rate(f"{module}:Plain") == 0.2
    assert [has_rate(f"{module}:{name}") for name in ("Steered", "make", "Plain")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("Nobody", "mine.py has no 'Nobody'"),
        ("nothing", "expected a class, or a function that makes a policy, got int"),
        ("Needs", "missing a required argument: 'columns'"),
        ("Plain(alpha=1)", "got an unexpected keyword argument 'alpha'"),
    ],
)
def test_what_cannot_be_made_says_why(module: str, name: str, problem: str) -> None:
    """In one line that begins with the policy."""
    with pytest.raises(LearningPolicyInvalid, match=r"^the policy python:") as error:
        wanted_arguments(parse_reference(f"{module}:{name}"), 1, 0.2)

    assert problem in str(error.value)


def test_a_rate_that_is_none_is_refused(module: str) -> None:
    """Before anything is run with it."""
    with pytest.raises(LearningPolicyInvalid, match="expected a share from 0 to 1, got 2"):
        own_rate(f"{module}:Steered(exploration=2)")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("python:missing/mine.py:A", "mine.py cannot be imported: there is no such file"),
        ("python:no_such_module:A", "no_such_module cannot be imported: No module named"),
    ],
)
def test_a_module_that_is_not_there_is_named(text: str, problem: str) -> None:
    """As file and as module."""
    with pytest.raises(LearningPolicyInvalid, match=problem):
        read_source(text)


def test_a_file_that_fails_says_where(tmp_path: Path) -> None:
    """Its file and line, and what it said."""
    (tmp_path / "broken.py").write_text("x = 1\nx.y\n")

    with pytest.raises(LearningPolicyInvalid, match=r"broken\.py:2: .* AttributeError: 'int'"):
        read_source(f"python:{tmp_path / 'broken.py'}:A")


def test_a_file_finds_what_lies_beside_it(tmp_path: Path) -> None:
    """As a script would."""
    (tmp_path / "beside_this_policy.py").write_text("SHARE = 0.5\n")
    (tmp_path / "mine.py").write_text(f"from beside_this_policy import SHARE\n{_MODULE}")

    assert has_rate(f"python:{tmp_path / 'mine.py'}:Steered")


def test_a_module_is_found_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packages, too."""
    (tmp_path / "own_shop").mkdir()
    (tmp_path / "own_shop" / "__init__.py").touch()
    (tmp_path / "own_shop" / "policies.py").write_text(_MODULE)
    monkeypatch.chdir(tmp_path)

    assert has_rate("python:own_shop.policies:Steered")


def test_a_file_that_changes_is_read_again(module: str) -> None:
    """A notebook need not be started anew."""
    file = Path(module.removeprefix("python:"))
    assert not has_rate(f"{module}:Plain")
    file.write_text("class Plain:\n    def __init__(self, exploration): pass\n")

    assert has_rate(f"{module}:Plain")
    assert read_source(f"{module}:Plain") == file.read_bytes()
