"""The help fits a narrow terminal, cuts nothing, and says every default."""

import pytest

from simulator.cli.commands import COMMANDS
from tests.helpers.command_line import command

NARROW = {"COLUMNS": "80"}


@pytest.mark.parametrize("name", ["", *COMMANDS, "logs import", "model sign", "scenarios check"])
def test_the_help_of_a_command_fits_80_columns_whole(name: str) -> None:
    """No line is wider, and none ends in dots."""
    ended = command(*name.split(), "--help", environment=NARROW)

    assert ended.code == 0
    for line in ended.out.splitlines():
        assert len(line) <= 80
        assert not line.rstrip().endswith(("\u2026", "\u2026 \u2502")), line
        assert not line.rstrip().endswith("...") or line.startswith("Usage"), line


@pytest.mark.parametrize(
    ("name", "defaults"),
    [
        ("simulate", ["2000", "1", "10m", "quick", "0", "5m", "5", "30"]),
        ("compare", ["20", "5000", "value", "profile", "100", "first levels"]),
        ("serve", ["quick", "now"]),
        ("evaluate", ["nowhere", "default"]),
    ],
)
def test_every_default_is_said(name: str, defaults: list[str]) -> None:
    """In brackets behind what the option is for."""
    told = " ".join(command(name, "--help", environment=NARROW).out.split())

    for default in defaults:
        assert f"[default: {default}]" in told


def test_a_list_of_commands_has_their_whole_sentences() -> None:
    """They are what people choose by."""
    told = " ".join(command("--help", environment=NARROW).out.split())

    assert "Compare settings on the same users: which to ship, and how sure that is." in told
