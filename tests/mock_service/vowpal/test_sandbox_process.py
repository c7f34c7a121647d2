"""A trial proves nothing by ending: it has to say that it passed, and may do no harm meanwhile."""

import os
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import pytest

from mock_service.vowpal.sandbox import judge_trial

IMPOSTOR = "tests.mock_service.vowpal.sandbox_impostor"


@pytest.mark.parametrize("behaviour", ["ends with exit code 0", "claims without the token"])
def test_a_trial_that_does_not_say_its_token_has_failed(behaviour: str, tmp_path: Path) -> None:
    """``--version`` ends a process with exit code 0, and anything can print."""
    said = judge_trial(behaviour, str(tmp_path), process=IMPOSTOR)

    assert said == "it ended its process with code 0, before the trial was over"


def test_a_trial_that_takes_too_long_is_killed_with_all_its_children(tmp_path: Path) -> None:
    """Its whole process group."""
    began = monotonic()

    said = judge_trial("hangs with a child", str(tmp_path), seconds=2, process=IMPOSTOR)

    assert said == "it did not finish within 2 seconds"
    assert monotonic() - began < 10
    child = int((tmp_path / "child").read_text())
    for _ in range(100):
        if _has_ended(child):
            return
        sleep(0.02)
    pytest.fail("the child lives on")


def test_untrusted_options_meet_no_right_to_write_and_none_to_open(tmp_path: Path) -> None:
    """The rights come back for the trial's own model, once the options have passed."""
    said = judge_trial("touches files", str(tmp_path), process=IMPOSTOR)

    assert said == "OSError OSError done"


def test_a_trial_sees_an_empty_folder_no_input_and_hardly_an_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the server's own."""
    monkeypatch.setenv("PERSONALIZER_KEY", "secret")

    files, given, environment = judge_trial(
        "shows its surroundings", str(tmp_path), process=IMPOSTOR
    ).split("|")

    assert (files, given) == ("", "")
    assert "PYTHONPATH" in environment
    assert "PERSONALIZER_KEY" not in environment


def _has_ended(process: int) -> bool:
    """Say whether a process is gone, or waits for nothing but its parent."""
    with suppress(OSError):
        return " Z " in Path(f"/proc/{process}/stat").read_text() or not _is_there(process)
    return not _is_there(process)


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
