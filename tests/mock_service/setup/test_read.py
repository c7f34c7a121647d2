"""A setup file is checked as a whole: each mistake is one line with file, key and value."""

from pathlib import Path

import pytest

from mock_service.errors import SettingsInvalid
from mock_service.loop.configuration import LearningMode, Mode
from mock_service.setup.read import read_setup
from tests.helpers.servers import ROOT

FEATURES = '{ id = "a", features = [{ x = 1 }] }'


def write(folder: Path, text: str) -> Path:
    """Write a setup file, and beside it files that are no model and no log."""
    (folder / "empty.dsjson").write_text("\n")
    (folder / "noise.vw").write_bytes(b"noise")
    file = folder / "setup.toml"
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("loops = [", "expected TOML: Invalid value (at end of document)"),
        ("[loop.default]", "loop: extra inputs are not permitted, got {'default': {}}"),
        ('choices = [""]', "choices.0: string should have at least 1 character, got ''"),
        ("choices = 3", "choices: input should be a valid list, got 3"),
        (
            '[loops."a/b"]',
            (
                "loops.a/b: "
                "'a/b' is no name of a loop: expected 1 to 64 letters, digits, '.', '-' or "
                "'_'"
            ),
        ),
        (
            '[loops.default]\nmode = "slow"',
            "loops.default.mode: input should be 'quick' or 'azure', got 'slow'",
        ),
        (
            "[loops.default]\nrewards = 1",
            "loops.default.rewards: extra inputs are not permitted, got 1",
        ),
        (
            "[loops.default]\nseed = 0.5",
            "loops.default.seed.str: input should be a valid string, got 0.5",
        ),
        (
            '[loops.default]\nkey_variable = "NOT_SET"',
            "loops.default.key_variable: expected a variable that holds a key, got 'NOT_SET'",
        ),
        (
            '[loops.default]\nkey_variable = "BAD"',
            (
                "loops.default.key_variable: "
                "the variable BAD should be printable ASCII: it travels in "
                "an HTTP header, got 'BAD'"
            ),
        ),
        (
            '[loops.a.configuration]\nrewardWaitTime = "PT1S"',
            (
                "loops.a.configuration.rewardWaitTime: Reward wait time should be 5 seconds to two "
                "days, got 'PT1S'"
            ),
        ),
        (
            "[loops.a.configuration]\nrewardWaitTime = 10",
            "loops.a.configuration.rewardWaitTime: input should be a valid timedelta, got 10",
        ),
        (
            "[loops.a.configuration]\nexplorationPercentage = 2.0",
            (
                "loops.a.configuration.explorationPercentage: "
                "input should be less than or equal to 1, "
                "got 2.0"
            ),
        ),
        (
            '[loops.a.configuration]\nrewardAggregation = "best"',
            (
                "loops.a.configuration.rewardAggregation: "
                "rewardAggregation should be one of earliest, "
                "average, median, sum, min, max, got 'best'"
            ),
        ),
        (
            '[loops.a.configuration]\nlearningMode = "Master"',
            (
                "loops.a.configuration.learningMode: "
                "learningMode should be one of Online, Apprentice, "
                "LoggingOnly, got 'Master'"
            ),
        ),
        (
            "[loops.a.configuration]\nmodelRetrainDays = 91",
            (
                "loops.a.configuration.modelRetrainDays: "
                "Model retrain days must be between 0 and the "
                "number of log retention days, got 91"
            ),
        ),
        (
            '[loops.a]\nmodel = "none.vw"',
            "loops.a.model: cannot be read: No such file or directory, got 'none.vw'",
        ),
        (
            '[loops.a]\nlog = "empty.dsjson"',
            "loops.a.log: expected a log with a decision or more",
        ),
        (
            f"[[loops.a.lessons]]\naction = {FEATURES}\nreward = 3",
            "loops.a.lessons.0.reward: input should be less than or equal to 1, got 3",
        ),
        (
            f"[[loops.a.lessons]]\naction = {FEATURES}",
            "loops.a.lessons.0.reward: expected a value, got none",
        ),
        (
            '[[loops.a.lessons]]\naction = "a"\nreward = 1',
            "loops.a.lessons.0.action: expected an action with its features, got 'a'",
        ),
        (
            '[[loops.a.lessons]]\naction = { id = "a", features = [] }\nreward = 1',
            "loops.a.lessons.0: Every action should have at least one non-null action feature",
        ),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, text: str, complaint: str) -> None:
    """It begins with the file, and the key follows."""
    file = write(tmp_path, text)

    with pytest.raises(SettingsInvalid) as caught:
        read_setup(file, {"BAD": "schlüssel"})

    said = str(caught.value)
    assert said.startswith(f"{file}: {complaint}")
    assert "\n" not in said


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("policy", "--nonsense", "--nonsense"),
        ("model", "noise.vw", "model"),
        ("log", "none.dsjson", "cannot read the log"),
    ],
)
def test_what_others_refuse_is_said_in_their_words(
    tmp_path: Path, key: str, value: str, complaint: str
) -> None:
    """With the file, the key and the value in front or behind."""
    file = write(tmp_path, f'[loops.a]\n{key} = "{value}"')

    with pytest.raises(SettingsInvalid) as caught:
        read_setup(file, {})

    said = str(caught.value)
    assert said.startswith(f"{file}: loops.a.{key}: ")
    assert value in said
    assert complaint in said
    assert "\n" not in said


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(SettingsInvalid, match=r"none\.toml: cannot be read: No such file"):
        read_setup(tmp_path / "none.toml")


def test_what_is_left_out_is_as_in_a_new_resource(tmp_path: Path) -> None:
    """Also beside fields that are given; a mode and its rewards may be given together."""
    text = (
        '[loops.a]\nmode = "azure"\nkey_variable = "KEY"\n'
        '[loops.a.configuration]\nlearningMode = "Apprentice"\ndefaultReward = -1\n'
        '[loops.pages]\npolicy = "--ccb_explore_adf"\n'
    )

    first, pages = read_setup(write(tmp_path, text), {"KEY": "secret"}).loops

    configuration = first.settings.configuration
    assert (first.name, first.key, first.settings.mode) == ("a", "secret", Mode.AZURE)
    assert configuration.learning_mode is LearningMode.APPRENTICE
    assert (configuration.default_reward, configuration.exploration) == (-1.0, 0.2)
    assert (configuration.log_retention_days, configuration.auto_optimization) == (90, True)
    assert not pages.settings.configuration.auto_optimization


def test_the_example_is_whole() -> None:
    """It names every kind of thing a setup can hold, and its record holds no key."""
    setup = read_setup(ROOT / "examples" / "setup.toml")

    assert [loop.name for loop in setup.loops] == ["default", "shop"]
    assert setup.choices == ("politics",)
    assert len(setup.loops[0].lessons) == 2
    assert setup.loops[1].log is not None
    assert "key_variable" not in str(setup.record)
