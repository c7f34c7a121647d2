"""Ids and names of clients are theirs: taken or refused at the door, and never interpreted."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from mock_service.loop.slots import parse_slot, read_slot
from tests.helpers.command_line import command
from tests.helpers.servers import Endpoint, served_by_command

BASE = "/personalizer/v1.0"
ACTIONS = [{"id": id_, "features": [{"x": id_}]} for id_ in ("a", "[/blue]", "c\x1b[2J\n\u202e")]
CONTROLS = ["a\x1fb", "\x00", "a\nb", "\x1b[2J", "\x7f", "a\x9bb"]
SLOT = {"id": "s", "number": 0, "of": 2, "features": []}
FAKES: list[object] = [
    5,
    None,
    [],
    {},
    {**SLOT, "of": 5_000_000},
    {**SLOT, "number": 2},
    {**SLOT, "number": -1},
    {**SLOT, "number": True},
    {**SLOT, "number": 0.0},
    {**SLOT, "features": 5},
    {**SLOT, "features": [1]},
    {**SLOT, "id": 5},
    "text",
]


@pytest.mark.parametrize("id_", CONTROLS)
def test_event_ids_with_control_characters_are_refused(endpoint: Endpoint, id_: str) -> None:
    """By rank, reward and activate, in the service's shape."""
    ranked = endpoint.rank({"actions": ACTIONS[:1], "eventId": id_})
    path = f"{BASE}/events/{quote(id_, safe='')}"
    rewarded = endpoint.send("POST", f"{path}/reward", {"value": 1})
    activated = endpoint.send("POST", f"{path}/activate")

    assert [one.status_code for one in (ranked, rewarded, activated)] == [400] * 3
    assert "control characters" in ranked.json()["error"]["message"]
    assert "control characters" in rewarded.json()["error"]["message"]


@pytest.mark.parametrize("id_", ["[/blue]", "é\u202e", "a b/c", ":bomb:", "%1f", "_slot"])
def test_other_event_ids_are_taken(endpoint: Endpoint, id_: str) -> None:
    """And echoed."""
    assert endpoint.rank({"actions": ACTIONS, "eventId": id_}).json()["eventId"] == id_


@pytest.mark.parametrize("fake", FAKES)
def test_what_is_no_slot_is_an_ordinary_feature(fake: object) -> None:
    """Whatever the event id; and a slot under an ordinary event id is one too."""
    assert read_slot("e\x1fs", json.dumps([{"u": 1}, {"_slot": fake}])) is None
    assert read_slot("e", json.dumps([{"_slot": SLOT}])) is None


@pytest.mark.parametrize("context", [None, 5, [], [5], [[]], {}, [{"_slot": SLOT}, {"u": 1}]])
def test_only_the_last_item_of_a_list_names_a_slot(context: object) -> None:
    """Anything else names none."""
    assert parse_slot(context) is None


def test_hostile_names_are_logged_shown_and_judged_as_they_are(tmp_path: Path) -> None:
    """And a policy for several slots may follow."""
    with served_by_command("--data-dir", "data", "--mode", "quick", folder=tmp_path) as endpoint:
        for number, fake in enumerate([*FAKES, SLOT]):
            names = ("_slot", "_multi", "_slots", "_label_cost", "_tag", "_p", "_a")
            context = [{"u": 1}, dict.fromkeys(names, fake)]
            question = {"actions": ACTIONS, "contextFeatures": context, "eventId": f"[/{number}]"}
            if endpoint.rank(question).status_code == 201:
                path = f"{BASE}/events/{quote(f'[/{number}]', safe='')}/reward"
                endpoint.send("POST", path, {"value": 1})

    ended = [
        command(*words, folder=tmp_path)
        for words in (
            ("logs", "export", "--out", "log.dsjson", "--data-dir", "data"),
            ("logs", "show", "--data-dir", "data"),
            ("evaluate", "data", "--quiet"),
            ("evaluate", "log.dsjson", "--quiet"),
            ("doctor", "log.dsjson"),
        )
    ]

    assert [one.code for one in ended[:4]] == [0] * 4, ended
    assert "\x1b" not in "".join(one.out for one in ended)
    assert "[/0]" in ended[1].out
    lines = (tmp_path / "log.dsjson").read_bytes().split(b"\n")
    assert all(json.loads(line)["EventId"].startswith("[/") for line in lines if line)
