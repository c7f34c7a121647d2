"""How users look at a page: each model's closed form, and what is worked out from it."""

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mock_service.loop.configuration import Configuration
from mock_service.settings import LoopSettings
from simulator.engine.page_amounts import open_amounts
from simulator.engine.run import Listeners
from simulator.errors import ScenarioInvalid
from simulator.model import Interaction
from simulator.scenario.catalogue import find_scenario
from simulator.scenario.load import with_parameters
from simulator.scenario.model import Scenario
from simulator.simulations import RunOptions, simulate
from simulator.users.environment import PageBatch
from simulator.users.multi_slot import MultiSlotEnvironment
from tests.helpers.command_line import command

LAYOUT = find_scenario("layout")
KINDS = ("attention", "independent", "position", "cascade", "choice")
_VISITS = 256
Array = NDArray[np.float64]


def looked_at(kind: str) -> Scenario:
    """Return the front page as it is looked at in one way; every page is opened."""
    return with_parameters(LAYOUT, {"page.examination": kind, "page.viewed": 1.0})


def click_chances(profile: str, page: Sequence[int], kind: str) -> list[float]:
    """Return how likely a click is in each slot of a page, by hand."""
    ids = [LAYOUT.action_ids[index] for index in page]
    tastes = [LAYOUT.tastes.by_profile[profile][id_] for id_ in ids]
    attention = [slot.attention_to(id_) for slot, id_ in zip(LAYOUT.slots, ids, strict=True)]
    alone = [0.02 + 0.78 * taste for taste in tastes]
    if kind == "attention":
        return [0.02 + 0.78 * t * a for t, a in zip(tastes, attention, strict=True)]
    if kind == "independent":
        return alone
    if kind == "position":
        return [a * r for a, r in zip(attention, alone, strict=True)]
    if kind == "choice":
        odds = [a * r / (1 - r) for a, r in zip(attention, alone, strict=True)]
        return [one / (1 + sum(odds)) for one in odds]
    found, reached = [], 1.0
    for a, r in zip(attention, alone, strict=True):
        found.append(reached * a * r)
        reached *= a * (1 - r)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_clicks_by_position_are_those_of_the_closed_form(kind: str) -> None:
    """In a run that shows any page: in every slot, within four deviations of the sum."""
    clicks, expected, variance = np.zeros(3), np.zeros(3), np.zeros(3)
    pages: dict[str, list[tuple[int, float]]] = {}
    profiles: dict[str, str] = {}

    def watch(interaction: Interaction) -> None:
        shown = interaction.recommendation.order[0]
        pages.setdefault(interaction.event_id, []).append((shown, interaction.outcomes["open"]))
        profiles[interaction.event_id] = interaction.visit.profile

    blind = LoopSettings(configuration=Configuration(exploration=1.0))
    simulate(looked_at(kind), blind, RunOptions(3000, 3), Listeners(watcher=watch))
    for event_id, page in pages.items():
        chances = np.array(click_chances(profiles[event_id], [one for one, _ in page], kind))
        clicks += [opened for _, opened in page]
        expected += chances
        variance += chances * (1 - chances)

    assert len(pages) == 3000
    assert np.all(np.abs(clicks - expected) < 4 * np.sqrt(variance))


def _blocks(kind: str, count: int = 20) -> list[PageBatch]:
    return list(MultiSlotEnvironment(looked_at(kind), seed=5).blocks(count * _VISITS))


@pytest.mark.parametrize("kind", KINDS)
def test_what_pages_bring_on_average_is_what_is_expected_of_them(kind: str) -> None:
    """The values that are drawn, of the application's own page: within four deviations."""
    environment = MultiSlotEnvironment(looked_at(kind), seed=5)
    page = np.tile([0, 1, 5], (_VISITS, 1))
    places = (np.arange(_VISITS)[:, None], np.arange(3), page)
    drawn, expected = [], []
    for block in environment.blocks(20 * _VISITS):
        values = np.stack([one.values for one in block.slots], axis=1)[places]
        if block.examination is not None:
            values = values * block.examination.engagement(page)
        drawn.append(values.sum(axis=1))
        expected.append(open_amounts(block, environment.page, _VISITS, {}).of_pages(page).values)
    each = np.concatenate(drawn)

    error = each.std() / np.sqrt(len(each))
    assert abs(each.mean() - np.concatenate(expected).sum(axis=1).mean()) < 4 * error


@pytest.mark.parametrize("kind", ["position", "cascade", "choice"])
def test_the_best_page_is_the_best_of_all_by_hand(kind: str) -> None:
    """Whatever the slots do to each other."""
    environment = MultiSlotEnvironment(looked_at(kind), seed=2)
    (block,) = environment.blocks(100)
    amounts = open_amounts(block, environment.page, 100, {})
    found = amounts.of_pages(amounts.best()).values.sum(axis=1)
    pages = [page for page in permutations(range(6), 3) if not {2, 4} & set(page[2:])]

    def worth(profile: str, page: tuple[int, ...]) -> float:
        total = 0.0
        clicks = click_chances(profile, page, kind)
        for slot, action, click in zip(LAYOUT.slots, page, clicks, strict=True):
            taste = LAYOUT.tastes.by_profile[profile][LAYOUT.action_ids[action]]
            total += slot.value * click * (0.2 + 0.8 * (0.2 + 0.7 * taste))
        return total

    best = {name: max(worth(name, page) for page in pages) for name in LAYOUT.profiles}
    readers = [visit.profile for visit in block.slots[0].visits]
    assert found == pytest.approx([best[name] for name in readers], abs=1e-9)


def test_a_choice_clicks_one_slot_at_most() -> None:
    """And is the chance of a click alone where nothing else can be chosen."""
    for block in _blocks("choice", 4):
        assert block.examination is not None
        page = np.tile([2, 0, 5], (_VISITS, 1))
        clicks = np.stack([one.outcomes["open"].amounts for one in block.slots], axis=1)
        shown = clicks[np.arange(_VISITS)[:, None], np.arange(3), page]
        engaged = block.examination.engagement(page)
        assert engaged.sum(axis=1).max() == 1
        assert np.all(shown == 1)  # who chooses, clicks


def test_nothing_below_a_click_is_reached_in_a_cascade() -> None:
    """Whoever clicks leaves, and reads nothing further down."""
    for block in _blocks("cascade", 4):
        assert block.examination is not None
        page = np.tile([2, 0, 5], (_VISITS, 1))
        engaged = block.examination.engagement(page)
        opened = [one.outcomes["open"].amounts for one in block.slots]
        clicked = np.stack([opened[slot][:, page[0, slot]] for slot in range(3)], axis=1)
        below = engaged[:, 1:] & (engaged & (clicked > 0))[:, :-1]
        assert not below.any()
        assert np.all(np.diff(engaged.astype(int), axis=1) <= 0)


def test_a_slot_without_attention_reports_what_a_visit_without_a_click_does() -> None:
    """The application cannot tell the two apart."""
    (block,) = MultiSlotEnvironment(looked_at("cascade"), seed=5).blocks(50)

    for engaged, ignored in zip(block.slots, block.ignored, strict=True):
        assert set(np.unique(ignored.rewards)) == {0.0}
        assert ignored.visits == engaged.visits
        assert not ignored.outcomes["open"].amounts.any()


def test_fewer_visits_are_the_beginning_of_more() -> None:
    """With any way to look at a page."""
    for kind in KINDS:
        (few,) = MultiSlotEnvironment(looked_at(kind), seed=1).blocks(10)
        (more,) = MultiSlotEnvironment(looked_at(kind), seed=1).blocks(200)
        page = np.tile([0, 1, 5], (10, 1))
        assert np.array_equal(few.slots[1].rewards, more.slots[1].rewards[:10])
        if few.examination is not None and more.examination is not None:
            beginning = more.examination.part(slice(0, 10))
            assert np.array_equal(few.examination.engagement(page), beginning.engagement(page))


def test_pages_that_depend_on_themselves_are_compared_and_not_recorded(tmp_path: Path) -> None:
    """Compare goes by the whole page; a record could not be replayed, and is refused."""
    story = (Path("scenarios") / "layout.toml").read_text()
    (tmp_path / "pages.toml").write_text(
        story.replace("viewed = 0.9", 'viewed = 0.9\nexamination = "cascade"')
    )
    words = ["pages.toml", "--rounds", "100"]
    compared = command(
        "compare", *words, "--vary", "exploration=0,1", "--seeds", "2", "--json", folder=tmp_path
    )
    recorded = command("simulate", *words, "--record", "run.jsonl", folder=tmp_path)

    assert compared.code == 0
    assert recorded.code == 2
    assert "a slot of pages depends on what the others show" in recorded.err


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"page.examination": "glance"}, "page.examination"),
        (
            {"page.examination": "cascade", "outcomes.open": {"rating": 0.1}},
            "expected the first outcome to happen or not, as a click does, and 'open' is a rating",
        ),
    ],
)
def test_a_page_that_cannot_be_looked_at_so_is_refused(
    changes: dict[str, object], says: str
) -> None:
    """With the key."""
    with pytest.raises(ScenarioInvalid, match=says):
        with_parameters(LAYOUT, changes)


def test_too_many_pages_to_look_at_are_refused(tmp_path: Path) -> None:
    """Each is worked out."""
    text = (Path("scenarios") / "layout.toml").read_text()
    text = text.replace("viewed = 0.9", 'examination = "choice"')
    many = "".join(
        f'[[actions]]\nid = "more-{n}"\nfeatures = [{{ n = {n} }}]\n\n' for n in range(14)
    )
    tastes = "".join(f"more-{n} = 0.5\n" for n in range(14))
    text = text.replace('[[actions]]\nid = "election"', f'{many}[[actions]]\nid = "election"', 1)
    text = text.replace("recipe = 0.3\n", f"recipe = 0.3\n{tastes}")
    text = text.replace("cup-final = 1.0\n", f"cup-final = 1.0\n{tastes}")
    text = text.replace("concert = 0.9\n", f"concert = 0.9\n{tastes}")
    (tmp_path / "many.toml").write_text(text)

    ended = command("scenarios", "check", "many.toml", folder=tmp_path)

    assert ended.code == 2
    assert "expected at most 5,040 different pages" in ended.err
    assert "20 actions in 3 slots make 6,840" in ended.err
