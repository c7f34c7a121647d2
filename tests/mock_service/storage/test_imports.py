"""An import is taken whole or not at all, and never leaves a folder on which no server starts."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from time import sleep

import pytest

from mock_service.build import build_service
from mock_service.loop.decision import Action, RankRequest
from mock_service.settings import Settings
from mock_service.storage.database import FILE
from tests.helpers.command_line import command
from tests.helpers.servers import ROOT

ACTIONS = (Action("a", '[{"x":1}]'), Action("b", '[{"y":1}]'))


def line(**changes: object) -> str:
    """Return a line of a log with some of its parts changed."""
    parts = {
        "_label_cost": -1.0,
        "_label_probability": 0.8,
        "_label_Action": 1,
        "_labelIndex": 0,
        "o": [],
        "Timestamp": "2026-01-01T00:00:00Z",
        "Version": "1",
        "EventId": "e",
        "a": [1, 2],
        "c": {"FromUrl": [], "_multi": [{"_tag": "x", "j": [{"t": "x"}]}, {"_tag": "y", "j": []}]},
        "p": [0.8, 0.2],
        "VWState": {"m": "N/A"},
    }
    return json.dumps({**parts, **changes})


def counted(folder: Path) -> tuple[int, int]:
    """Start and stop on a folder; return how many decisions and lessons it holds."""
    service = build_service(Settings(data_folder=folder))
    found = (
        service.default.loop.stats.decisions,
        service.default.loop.training_status().trained_events,
    )
    service.close()
    return found


@pytest.mark.parametrize(
    "changes",
    [
        {"Timestamp": "9999-12-31T23:59:59Z"},
        {"Timestamp": "0001-01-01T00:00:00Z"},
        {"Timestamp": "0001-01-01T00:00:00+14:00"},
        {"_label_cost": -1e300},
        {"_label_cost": 1e38},
        {"_label_probability": 1e-300, "p": [1e-300, 0.2]},
        {"_label_probability": 1e300, "p": [1e300, 0.2]},
        {"_label_cost": float("nan")},
        {"_label_cost": float("inf")},
        {"_original_label_cost": -1e250},
        {"c": {"FromUrl": [-1e308], "_multi": [{"_tag": "x", "j": []}, {"_tag": "y", "j": []}]}},
        {"c": {"FromUrl": [], "_multi": [{"_tag": "x", "j": ["t"]}, {"_tag": "y", "j": []}]}},
        {"VWState": {"m": int("9" * 4000)}, "EventId": "\ud800"},
    ],
)
def test_a_line_at_the_end_of_any_range_is_damaged_and_the_folder_starts(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    """One such line among good ones is counted, and passed over."""
    log = tmp_path / "log.dsjson"
    changed = line(**{"EventId": "changed", **changes})
    log.write_text("\n".join([line(), changed, line(EventId="other")]))

    ended = command("logs", "import", str(log), "--data-dir", str(tmp_path / "data"))

    assert ended.code == 0, ended.err
    assert "Traceback" not in ended.err
    assert "1 damaged" in ended.err
    assert counted(tmp_path / "data") == (2, 2)


@pytest.mark.parametrize("model", [str(2**70), "9" * 5000, 2**70, "٣" * 5, "-1", None])
def test_another_services_model_ids_are_no_versions_of_ours(tmp_path: Path, model: object) -> None:
    """The event is taken, whatever its model was called."""
    log = tmp_path / "log.dsjson"
    log.write_text(line(VWState={"m": model}))

    ended = command("logs", "import", str(log), "--data-dir", str(tmp_path / "data"))

    assert ended.code == 0, ended.err
    assert counted(tmp_path / "data") == (1, 1)


def test_an_import_that_fails_leaves_no_folder(tmp_path: Path) -> None:
    """Neither the folder nor its parents come into being, nor does anything beside them."""
    (tmp_path / "log.dsjson").write_text(line())

    for arguments in (["log.dsjson", "--loop", "other"], ["nothing.dsjson"]):
        ended = command("logs", "import", *arguments, "--data-dir", "deep/data", folder=tmp_path)
        assert (ended.code, ended.err.count("\n")) == (2, 1)

    assert [path.name for path in tmp_path.iterdir()] == ["log.dsjson"]


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_an_import_that_is_interrupted_leaves_the_folder_as_it_was(
    tmp_path: Path, sign: signal.Signals, *, exists: bool
) -> None:
    """It has learned some thousand lines of a pipe when it is ended."""
    folder = tmp_path / "data"
    if exists:
        service = build_service(Settings(data_folder=folder))
        service.default.loop.rank(RankRequest("e", "[]", ACTIONS))
        service.default.loop.reward("e", 1.0)
        service.close()

    os.mkfifo(tmp_path / "log")
    arguments = ["logs", "import", str(tmp_path / "log"), "--data-dir", str(folder)]
    with (
        subprocess.Popen(
            [sys.executable, "-m", "mock_service", *arguments], cwd=ROOT, stderr=subprocess.DEVNULL
        ) as process,
        (tmp_path / "log").open("w") as pipe,
    ):
        for _ in range(12_000):
            pipe.write(line() + "\n")
        pipe.flush()
        sleep(0.5)
        process.send_signal(sign)
        process.wait(timeout=30)

    assert process.returncode in {130, -signal.SIGKILL}
    assert (folder / FILE).exists() is exists
    if exists:
        assert counted(folder) == (1, 1)
    else:
        assert not folder.exists()
