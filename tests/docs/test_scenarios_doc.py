"""The scenario documentation: its commands run, and it speaks of every key and scenario."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.scenario.catalogue import shipped_names
from simulator.scenario.schema import scenario_schema
from tests.helpers.command_line import command
from tests.helpers.servers import ROOT

TEXT = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
LINES = [
    line.split("#")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", TEXT, flags=re.DOTALL)
    for line in block.splitlines()
]

CODE = " ".join(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL)))


def _keys(schema: object) -> Iterator[str]:
    """Yield every key that a scenario file may hold."""
    if isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            yield from properties
        for inner in schema.values():
            yield from _keys(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _keys(inner)


def test_every_command_runs_one_after_the_other(tmp_path: Path) -> None:
    """In a folder of one's own, where the files they write are used by those that follow."""
    assert len(LINES) > 10
    for line in LINES:
        name, *arguments = shlex.split(line)
        assert name == "personalizer-lab"
        ended = command(*arguments, folder=tmp_path)
        assert ended.code == 0, (line, ended.err)
        assert ended.out


@pytest.mark.parametrize("key", sorted(set(_keys(scenario_schema()))))
def test_every_key_is_described(key: str) -> None:
    """By its name, in code."""
    assert re.search(rf"\b{key}\b", CODE)


@pytest.mark.parametrize("name", shipped_names())
def test_every_scenario_is_introduced(name: str) -> None:
    """In the table."""
    assert f"| `{name}` |" in TEXT


HOOKED = """
schema = 1
title = "Hooked"

[[actions]]
id = "article-1"
features = [{ topic = "sports" }]

[[actions]]
id = "article-2"
features = [{ topic = "politics" }]

[profiles.sports-fan]
[profiles.reader]

[context]
timeOfDay = { choice = ["morning", "evening"] }

[tastes]
hook = "taste:likes"

[outcomes.click]
chance = [0.0, 1.0]

[outcomes.rating]
rating = 0.1
after = "click"

[rewards.mixed]
hook = "taste:reward"
wait = "1m"
"""


def test_the_python_functions_of_the_guide_are_hooks(tmp_path: Path) -> None:
    """As they stand there, beside a scenario that names both."""
    (script,) = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    (tmp_path / "taste.py").write_text(script)
    (tmp_path / "hooked.toml").write_text(HOOKED)

    checked = command("scenarios", "check", "hooked.toml", folder=tmp_path)
    ended = command("simulate", "hooked.toml", "--rounds", "300", folder=tmp_path)

    assert checked.code == ended.code == 0, checked.err + ended.err
    assert "sports-fan" in ended.out
