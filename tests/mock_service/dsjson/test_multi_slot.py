"""Multi-slot events leave as one line, as the service wrote them, and come back as decisions."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from vowpalwabbit import pyvw

from mock_service.build import build_service
from mock_service.dsjson.event import LoggedMultiSlot
from mock_service.dsjson.multi_slot import pages, split_slots
from mock_service.dsjson.reader import read_log
from mock_service.dsjson.writer import write_line
from mock_service.loop.configuration import Mode
from mock_service.loop.decision import Action
from mock_service.loop.slots import Slot, SlotsRequest
from mock_service.settings import LoopSettings, Settings
from mock_service.storage.event_log import read_stored_log

POLICY = "--ccb_explore_adf --epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::"
ACTIONS = tuple(Action(name, f'[{{"name":"{name}"}}]') for name in "abcd")
SLOTS = (
    Slot("main", '[{"size":"large"}]', "a", frozenset("b")),
    Slot("side", '[{"size":"small"}]', "b"),
)


def logged(folder: Path, count: int = 30) -> list[LoggedMultiSlot]:
    """Return the log of a loop that filled pages, with every other slot rewarded."""
    settings = Settings(
        loop=LoopSettings(Mode.AZURE, POLICY),
        data_folder=folder,
        manual_clock_from=datetime(2026, 1, 5, tzinfo=UTC),
    )
    service = build_service(settings)
    loop = service.default.loop
    for number in range(count):
        loop.rank_slots(SlotsRequest(f"page-{number}", f'[{{"n":{number % 3}}}]', ACTIONS, SLOTS))
        loop.reward(f"page-{number}\x1f{'main' if number % 2 else 'side'}", 1.0)
        service.housekeeping.advance(timedelta(seconds=10))
    service.housekeeping.advance(timedelta(minutes=10))
    service.close()
    return [
        page
        for page in pages(read_stored_log(folder, "default"))
        if isinstance(page, LoggedMultiSlot)
    ]


def test_a_page_is_one_line_with_all_its_slots(tmp_path: Path) -> None:
    """Ids, choices, rewards and what each slot may hold."""
    found = logged(tmp_path)
    page = found[1]
    main, side = page.slots
    chosen = [page.actions[slot.order[0]].id for slot in page.slots]

    assert len(found) == 30
    assert (page.event_id, [slot.id for slot in page.slots]) == ("page-1", ["main", "side"])
    assert (main.cost, side.cost) == (-1.0, 0.0)
    assert len(set(chosen)) == 2
    assert "b" not in [page.actions[index].id for index in main.allowed or ()]
    (heard,) = main.observations
    assert (heard.event_id, heard.slot, heard.value) == ("page-1", "main", 1.0)
    assert "001f" not in write_line(page)


def test_a_written_page_is_read_back_the_same(tmp_path: Path) -> None:
    """And its slots are the decisions that were made."""
    found = logged(tmp_path)

    again = list(read_log([write_line(page) for page in found]))

    assert [(page.event_id, page.slots) for page in found] == [
        (page.event_id, page.slots) for page in again if isinstance(page, LoggedMultiSlot)
    ]
    decided = {event.event_id: event for event in read_stored_log(tmp_path, "default")}
    for slot in (slot for page in found for slot in split_slots(page)):
        one = decided[slot.event_id]
        assert slot.actions == one.actions  # the slot's baseline first
        assert slot.cost == one.cost
        assert slot.propensity == one.propensity
        assert slot.actions[slot.chosen] == one.actions[one.chosen]


def test_vowpal_wabbit_learns_from_every_page(tmp_path: Path) -> None:
    """Read with --dsjson under the multi-slot policy."""
    path = tmp_path / "log.dsjson"
    path.write_text("".join(f"{write_line(page)}\n" for page in logged(tmp_path / "data")))

    batch = pyvw.Workspace(f"{POLICY} --dsjson --quiet --no_stdin --data {path}")
    batch.run_parser()

    assert batch.get_weighted_examples() == 30
