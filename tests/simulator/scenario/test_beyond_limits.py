"""A scenario or policy that asks more of Vowpal Wabbit than it may: one line, and exit code 2."""

from pathlib import Path

import pytest

from tests.helpers.command_line import command
from tests.helpers.servers import ROOT

HOSTILE = "--cb_explore_adf --marginal -fVICTIM"


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Return a scenario whose context has thousands of features."""
    text = (ROOT / "scenarios" / "news.toml").read_text(encoding="utf-8")
    many = "".join(f"f{number} = {{ choice = [true] }}\n" for number in range(4_000))
    path = tmp_path / "large.toml"
    path.write_text(text.replace("[context]\n", f"[context]\n{many}"), encoding="utf-8")
    return path


def test_a_scenario_beyond_the_limits_ends_in_one_line(large: Path) -> None:
    """In a simulation and in a comparison, whose workers live on."""
    simulated = command("simulate", str(large), "--rounds", "3")
    compared = command(
        "compare", str(large), "--rounds", "3", "--seeds", "2", "--vary", "policy=quick,azure",
        "--out", str(large.parent / "out"),
    )  # fmt: skip

    for ended in (simulated, compared):
        assert ended.code == 2
        assert ended.err.count("\n") == 1
        assert "crossed features, and the limit crossed-features is 20,000,000" in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("simulate", "news", "--rounds", "3", "--policy", HOSTILE),
        ("compare", "news", "--rounds", "3", "--vary", f"policy=quick,{HOSTILE}"),
        ("serve", "--in-memory", "--policy", HOSTILE),
    ],
)
def test_a_hostile_policy_ends_in_one_line_and_touches_no_file(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    """Whichever command brings it."""
    (tmp_path / "VICTIM").write_bytes(b"precious")

    ended = command(*arguments, folder=tmp_path)

    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert "--marginal: expected up to 200 first characters of namespaces" in ended.err
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("VICTIM", b"precious")]
