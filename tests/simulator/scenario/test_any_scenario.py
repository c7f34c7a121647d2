"""Any TOML value in any place of a scenario file is a scenario, or one clear line a mistake."""

import datetime as dt
import json
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from numpy.random import default_rng

from mock_service.settings import LoopSettings
from simulator.errors import OptionsInvalid, ScenarioInvalid, SimulatorError
from simulator.experiment.request import Request, read_request, read_variations, to_plan
from simulator.scenario.catalogue import SHIPPED
from simulator.scenario.load import check_scenario, load_scenario
from simulator.scenario.toml import MAX_BYTES
from simulator.simulations import RunOptions, simulate
from tests.helpers.command_line import command

Place = tuple[int | str, ...]
VALUES: list[Any] = [
    *("", "x", "x" * 300, "\x1b[31m[/red]\n", "36500d", "0s", "9" * 400 + "d"),
    *(True, False, 0, -1, 1, 0.5, 2, 10**12, 2**63, -(2**63), 10**400, 16**5000),
    *(1e308, -1e308, 1e-320, float("nan"), float("inf"), float("-inf")),
    *([], [1], ["Latte"], [[]], [[1, 2], [3]], [1e308, 1e308], [float("nan")] * 2, [0, 2**62]),
    *({}, {"a": 1}, {"choice": []}, {"x": {"y": {}}}),
    *(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.date(2026, 1, 1)),
    dt.time(1, 2),
]
DOCUMENTS = {path: tomllib.loads(path.read_text()) for path in sorted(SHIPPED.glob("*.toml"))}


def _indices(node: object, path: Place = ()) -> Iterator[Place]:
    items = node.items() if isinstance(node, dict) else ()
    for key, inner in enumerate(node) if isinstance(node, list) else items:
        yield (*path, key)
        yield from _indices(inner, (*path, key))


def _with(document: dict[str, Any], path: Place, value: object) -> dict[str, Any]:
    changed = deepcopy(document)
    index: Any = changed
    for key in path[:-1]:
        index = index[key]
    index[path[-1]] = value
    return changed


def _try(file: Path, path: Place, value: object) -> None:
    """Play a scenario with another value in one place, if it is one."""
    with suppress(SimulatorError):
        scenario = check_scenario(file, _with(DOCUMENTS[file], path, value))
        summary = simulate(scenario, LoopSettings(), RunOptions(5))
        json.dumps(summary.as_dict(), allow_nan=False)


def _cases() -> list[tuple[Path, Place, object]]:
    indices = [(file, path) for file, text in DOCUMENTS.items() for path in _indices(text)]
    return [(*index, value) for index in indices for value in VALUES]


@pytest.mark.parametrize("seed", range(4))
def test_some_values_in_some_places(seed: int) -> None:
    """No other error than the simulator's own, no warning, and JSON without Infinity."""
    cases = _cases()
    for index in default_rng(seed).choice(len(cases), 150, replace=False).tolist():
        _try(*cases[index])


@pytest.mark.slow
def test_every_value_in_every_place() -> None:
    """The same, for all of them."""
    for case in _cases():
        _try(*case)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"a = " + b"[" * 5000, "nested deeper"),
        (b"a = " + b"[" * 60 + b"]" * 60, "at most 32 levels"),
        (b"a = " + b"9" * 5000, "not TOML"),
        (b".".join([b"a"] * 300_000) + b" = 1", "a key of at most 64 parts"),
        (b"[" + b" . ".join([b"'a'"] * 300_000) + b"]", "a key of at most 64 parts"),
        (b"a = 0x" + b"f" * 5000, "at most 64 bits"),
        (b"a = '" + b"x" * MAX_BYTES + b"'", "at most 4,194,304 bytes"),
        (b"\xff", "not UTF-8"),
        (b"a = 2026-99-99", "not TOML"),
    ],
)
def test_a_file_beyond_the_bounds_is_one_line(tmp_path: Path, text: bytes, says: str) -> None:
    """A scenario's and a plan's."""
    file = tmp_path / "mine.toml"
    file.write_bytes(text)

    with pytest.raises(ScenarioInvalid, match=says) as scenario:
        load_scenario(file)
    with pytest.raises(OptionsInvalid, match=says) as plan:
        read_request(file)

    assert len(str(scenario.value).splitlines()) == len(str(plan.value).splitlines()) == 1


def test_a_file_without_end_is_refused() -> None:
    """After so many bytes."""
    with pytest.raises(ScenarioInvalid, match="at most"):
        load_scenario(Path("/dev/zero"))


@pytest.mark.parametrize(
    "vary",
    [
        "reward-wait-time=99999999999999d",
        "reward-wait-time=" + "9" * 400 + "d",
        "exploration=nan",
        "exploration=1e999",
        "traffic.per_hour=" + "9" * 5000,
        "traffic.per_hour=" + "[" * 5000,
        "actions." + "9" * 5000 + ".id=a",
        "traffic.per_hour=nan",
    ],
)
def test_a_level_beyond_all_bounds_is_one_line(vary: str) -> None:
    """Not a traceback."""
    with pytest.raises((OptionsInvalid, ScenarioInvalid)) as refused:
        to_plan(read_request_of("news", vary))

    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    "text",
    ["seeds = 1000000000000", "rounds = 1000000000000", "seeds = 1.5", "rounds = inf"],
)
def test_a_plan_that_nobody_could_wait_for_is_refused(tmp_path: Path, text: str) -> None:
    """Before it takes any memory."""
    plan = tmp_path / "plan.toml"
    plan.write_text(f'scenario = "news"\n{text}\n[vary]\nexploration = [0, 0.1]\n')

    with pytest.raises(OptionsInvalid, match=text.split(maxsplit=1)[0]):
        to_plan(read_request(plan))


def test_too_many_combinations_are_refused() -> None:
    """10^12 settings are not made."""
    levels = ",".join(map(str, range(1, 11)))
    factors = [f"x.y{number}={levels}" for number in range(12)]

    with pytest.raises(OptionsInvalid, match="combinations"):
        to_plan(read_request_of("news", *factors))


@pytest.mark.parametrize(
    "body",
    [
        "return float('nan')",
        "return 10**400",
        "return [1] * 10**6",
        "return object()",
        "raise Exception('x' * 10**6)",
        "return score(signals)",
        "return Bad()",
        "raise Bad()",
    ],
)
def test_a_function_that_answers_nonsense_is_one_line(tmp_path: Path, body: str) -> None:
    """Of a readable length; where it failed, with file and line."""
    bad = (
        "class Bad(Exception):\n    def __repr__(self): raise ValueError\n    __str__ = __repr__\n"
    )
    (tmp_path / "hooks.py").write_text(f"{bad}def score(signals):\n    {body}\n")
    text = (SHIPPED / "coffee.toml").read_text()
    start, _, rest = text.partition("[rewards")
    assert rest
    scenario = tmp_path / "mine.toml"
    scenario.write_text(f'{start}[rewards.mine]\nhook = "hooks:score"\nwait = "5m"\n')

    ended = command("simulate", str(scenario), "--rounds", "5", "--quiet")

    assert ended.code == 2, ended.err
    (line,) = ended.err.splitlines()
    assert len(line) < 1000
    assert "raise" not in body or "hooks.py:5" in line


def read_request_of(scenario: str, *vary: str) -> Request:
    """Return the request that a command line makes."""
    return Request(scenario=scenario, vary=read_variations(vary))


def test_a_file_of_thousands_of_mistakes_tells_of_some() -> None:
    """And of how many there are."""
    mistakes = [f"mine.toml: k{number}: expected no such key" for number in range(5000)]

    lines = str(ScenarioInvalid(mistakes)).split("\n")

    assert lines == [*mistakes[:100], "and 4,900 more mistakes"]
