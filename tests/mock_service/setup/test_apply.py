"""``serve --setup``: an empty folder is set up once, and compared at every later start."""

from pathlib import Path
from unittest.mock import ANY

import pytest

from mock_service.errors import DataUnusable
from mock_service.settings import Settings
from mock_service.setup.apply import RECORD, build_prepared
from mock_service.setup.read import read_setup
from mock_service.testing.personalizer import LocalPersonalizer
from tests.helpers.command_line import command
from tests.helpers.servers import ROOT, Endpoint, served_by_command

EXAMPLE = ROOT / "examples" / "setup.toml"
SERVICE = "/personalizer/v1.1-preview.3/configurations/service"
RANK = {
    "contextFeatures": [{"timeOfDay": "morning"}],
    "actions": [
        {"id": "sports", "features": [{"topic": "sports"}]},
        {"id": "politics", "features": [{"topic": "politics"}]},
    ],
}


def ranks(endpoint: Endpoint, count: int) -> list[tuple[str, float]]:
    """Return what some ranks chose, and how likely that was."""
    found = []
    for number in range(count):
        reply = endpoint.rank({**RANK, "eventId": f"e{number}"}).json()
        chances = {one["id"]: one["probability"] for one in reply["ranking"]}
        found.append((reply["rewardActionId"], round(chances[reply["rewardActionId"]], 6)))
    return found


def test_the_example_starts(tmp_path: Path) -> None:
    """Its loops have learned what it says, and the first rank follows its script."""
    with served_by_command("--setup", str(EXAMPLE), "--data-dir", str(tmp_path)) as endpoint:
        first = ranks(endpoint, 5)
        learned = endpoint.send("GET", "/mock/learning").json()
        shop_key = endpoint.send("GET", "/mock/loops/shop/keys").json()["key1"]
        shop = Endpoint(f"{endpoint.url}/loops/shop", shop_key)
        configured = shop.send("GET", SERVICE).json()
        trained = shop.send("GET", "/mock/learning").json()["trained"]

    assert first == [("politics", 0.05)] + [("sports", 0.95)] * 4
    assert (learned["trained"], learned["rewardWaitTimeSeconds"]) == (40, 30.0)
    assert (configured["learningMode"], configured["defaultReward"]) == ("Apprentice", -0.1)
    assert trained > 0


def test_a_folder_goes_on_as_it_is_at_the_next_start(tmp_path: Path) -> None:
    """Nothing is learned or scripted again, and what changed meanwhile stays."""
    options = ("--setup", str(EXAMPLE), "--data-dir", str(tmp_path))
    with served_by_command(*options) as endpoint:
        ranks(endpoint, 1)
        configured = endpoint.send("GET", SERVICE).json() | {"modelExportFrequency": "PT9M"}
        assert endpoint.send("PUT", SERVICE, configured).status_code == 200
        shop = endpoint.send("GET", "/mock/loops/shop/keys").json()
    with served_by_command(*options) as endpoint:
        again = ranks(endpoint, 1)
        learned = endpoint.send("GET", "/mock/learning").json()

        assert endpoint.send("GET", SERVICE).json() == configured | {
            "lastConfigurationEditDate": ANY
        }
        assert endpoint.send("GET", "/mock/loops/shop/keys").json() == shop
    assert (again[0][0], learned["decisions"]) == ("sports", 2)


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("PT30S", "PT40S", "loops.default.configuration.rewardWaitTime: {} was set up with "),
        ("times = 20", "times = 21", "loops.default.lessons: {} was set up with "),
        ('"politics"]', '"sports"]', "choices: {} was set up with ['politics'], got ['sports']"),
        ("[loops.shop", "[loops.stall", "loops.shop: {} was set up with "),
    ],
)
def test_a_setup_that_has_changed_is_refused(
    tmp_path: Path, before: str, after: str, complaint: str
) -> None:
    """In one line that says where, with exit code 2."""
    text = EXAMPLE.read_text().replace('log = "logs/', f'log = "{ROOT}/examples/logs/')
    file = tmp_path / "mine.toml"
    folder = tmp_path / "data"
    file.write_text(text)
    build_prepared(Settings(data_folder=folder), read_setup(file)).service.close()
    file.write_text(text.replace(before, after))

    ended = command("serve", "--setup", str(file), "--data-dir", str(folder), "--port", "0")

    assert ended.code == 2
    assert f"{file}: {complaint.format(folder)}" in ended.err
    assert len(ended.err.splitlines()) == 1


def test_a_folder_that_no_setup_made_is_refused(tmp_path: Path) -> None:
    """And left as it is."""
    with served_by_command("--data-dir", str(tmp_path)):
        pass

    ended = command("serve", "--setup", str(EXAMPLE), "--data-dir", str(tmp_path), "--port", "0")

    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert "holds loops that no setup file made" in ended.err
    assert not (tmp_path / RECORD).exists()


def test_a_setup_that_fails_midway_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next start begins from the beginning."""
    setup, folder = read_setup(EXAMPLE), tmp_path / "data"

    def fail(*_: object) -> None:
        raise DataUnusable("the power went")

    with monkeypatch.context() as broken:
        broken.setattr("mock_service.setup.apply.learn_log", fail)
        with pytest.raises(DataUnusable, match="the power went"):
            build_prepared(Settings(data_folder=folder), setup)
    assert not list(tmp_path.iterdir())

    emulator = build_prepared(Settings(data_folder=folder), setup)
    assert sorted(emulator.service.loops) == ["default", "shop"]
    emulator.service.close()


@pytest.mark.parametrize(
    "options", [("--mode", "azure"), ("--policy", "quick"), ("--seed", "3"), ("--loop", "more")]
)
def test_options_that_say_how_loops_begin_are_not_taken_beside_it(
    tmp_path: Path, options: tuple[str, str]
) -> None:
    """One of the two would have no effect."""
    ended = command(
        "serve", "--setup", str(EXAMPLE), "--data-dir", str(tmp_path), "--port", "0", *options
    )

    assert ended.code == 2
    assert f"--setup says how loops begin: leave {options[0]} out" in ended.err


def test_keys_come_from_the_environment(tmp_path: Path) -> None:
    """And may be others at the next start; a key given as an option too is refused."""
    file = tmp_path / "mine.toml"
    file.write_text('[loops.default]\nkey_variable = "MINE"\n[loops.shop]\nkey_variable = "SHOP"\n')
    found = []
    for number in (1, 2):
        setup = read_setup(file, {"MINE": f"mine-{number}", "SHOP": f"shop-{number}"})
        emulator = build_prepared(Settings(data_folder=tmp_path / "data"), setup)
        found += [one.keys[0] for one in emulator.service.loops.values()]
        emulator.service.close()
    arguments = ("serve", "--setup", str(file), "--in-memory", "--key", "x", "--port", "0")
    refused = command(*arguments, environment={"MINE": "mine", "SHOP": "shop"})

    assert found == ["mine-1", "shop-1", "mine-2", "shop-2"]
    assert (refused.code, "leave --key and --key-file out" in refused.err) == (2, True)


def test_a_personalizer_in_a_test_begins_as_the_file_says_each_time() -> None:
    """Also after a reset: its loops, what they learned, and the script."""
    with LocalPersonalizer(setup=EXAMPLE) as personalizer:
        endpoint = Endpoint(personalizer.endpoint, personalizer.key)
        shop = endpoint.send("GET", "/mock/loops/shop/keys").json()["key1"]
        first = ranks(endpoint, 3)
        endpoint.post("/mock/lessons", {"action": RANK["actions"][1], "reward": 1, "times": 500})  # type: ignore[index] # a rank has actions
        personalizer.reset()
        again = ranks(endpoint, 3)

        assert first == again == [("politics", 0.05), ("sports", 0.95), ("sports", 0.95)]
        assert endpoint.send("GET", "/mock/loops/shop/keys").json()["key1"] == shop


def test_a_model_is_what_a_loop_begins_with(tmp_path: Path) -> None:
    """Signed or not."""
    with LocalPersonalizer(setup=EXAMPLE) as personalizer:
        endpoint = Endpoint(personalizer.endpoint, personalizer.key)
        path = "/personalizer/v1.1-preview.3/model"
        (tmp_path / "plain.vw").write_bytes(endpoint.send("GET", path).content)
        (tmp_path / "signed.zip").write_bytes(endpoint.send("GET", f"{path}?signed=true").content)
    file = tmp_path / "mine.toml"
    file.write_text('[loops.default]\nmodel = "plain.vw"\n[loops.other]\nmodel = "signed.zip"\n')

    with LocalPersonalizer(setup=file) as personalizer:
        endpoint = Endpoint(personalizer.endpoint, personalizer.key)
        key = endpoint.send("GET", "/mock/loops/other/keys").json()["key1"]
        both = [ranks(one, 1) for one in (endpoint, Endpoint(f"{endpoint.url}/loops/other", key))]

    assert both == [[("sports", 0.9)]] * 2
