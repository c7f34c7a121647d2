"""Text of others on a terminal is seen and not obeyed."""

import json

import pytest
from rich.table import Table
from rich.text import Text

from mock_service.console import PlainConsole, print_json
from mock_service.visible import to_plain, to_visible

NASTY = "\x1b[2J[/blue] :bomb: \x07\r\n\x9b\u202eabc\u2066\u2028\ud800\x7f\\"


def test_control_characters_are_spelled_out() -> None:
    """And nothing else is changed."""
    assert to_visible("Köln 東京 [/red] 🙂") == "Köln 東京 [/red] 🙂"
    assert to_visible(NASTY) == (
        "\\x1b[2J[/blue] :bomb: \\x07\\x0d\\x0a\\x9b\\u202eabc\\u2066\\u2028\\ud800\\x7f\\"
    )


def test_a_console_obeys_no_markup_emoji_or_control_character() -> None:
    """In plain strings, in texts, in the cells and the title of a table."""
    console = PlainConsole()
    table = Table("[bold]head[/]", title="\x1b[31mtitle")
    table.add_row(NASTY)
    table.add_row(to_plain(NASTY))
    with console.capture() as captured:
        console.print(NASTY, Text(NASTY), table)
    shown = captured.get()

    assert all(character.isprintable() or character == "\n" for character in shown)
    assert shown.count("[/blue] :bomb:") == 4
    assert "[bold]head[/]" in shown


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_json_knows_no_infinity(number: float, capsys: pytest.CaptureFixture[str]) -> None:
    """It is null, wherever it stands."""
    print_json({"a": [number, 1.5], "b": (number,), "c": {"d": number, "e": "\u202e"}})

    out = capsys.readouterr().out
    assert json.loads(out) == {"a": [None, 1.5], "b": [None], "c": {"d": None, "e": "\u202e"}}
    assert out.isascii()
