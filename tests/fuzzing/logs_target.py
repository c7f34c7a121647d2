"""Logs of DSJSON lines: good ones with values changed, among others that are good."""

import json
from shutil import rmtree
from typing import Any

from numpy.random import Generator

from tests.fuzzing.command import run
from tests.fuzzing.folder import FolderTarget
from tests.fuzzing.mutations import mutate_bytes, mutate_json, to_json

_SINGLE: dict[str, Any] = {
    "_label_cost": -1.0,
    "_label_probability": 0.8,
    "_label_Action": 1,
    "_labelIndex": 0,
    "o": [{"v": 1.0, "EventId": "e", "ActionTaken": False}],
    "Timestamp": "2026-01-01T00:00:00Z",
    "Version": "1",
    "EventId": "e",
    "a": [1, 2],
    "c": {
        "FromUrl": [{"user": "a", "hour": 3}],
        "_multi": [
            {"_tag": "x", "i": {"constant": 1, "id": "x"}, "j": [{"t": "x"}]},
            {"_tag": "y", "i": {"constant": 1, "id": "y"}, "j": [{"t": "y"}]},
        ],
    },
    "p": [0.8, 0.2],
    "VWState": {"m": "N/A"},
    "_original_label_cost": -1.0,
    "_skipLearn": False,
    "pdrop": 0.5,
}
_SLOTS: dict[str, Any] = {
    "Timestamp": "2026-01-01T00:00:00Z",
    "Version": "1",
    "EventId": "m",
    "c": {
        "_multi": [{"_tag": "x", "j": [{"t": "x"}]}, {"_tag": "y", "j": [{"t": "y"}]}],
        "_slots": [{"_id": "s0", "size": 1, "_inc": [0, 1]}, {"_id": "s1", "size": 2}],
        "FromUrl": [{"user": "a"}],
    },
    "_outcomes": [
        {"_label_cost": -1.0, "_id": "s0", "_a": [0, 1], "_p": [0.8, 0.2], "_o": [-1.0]},
        {"_label_cost": 0.0, "_id": "s1", "_a": [1], "_p": [1.0], "_o": []},
    ],
    "VWState": {"m": "N/A"},
}
_DANGLING = {"RewardValue": 1.0, "EnqueuedTimeUtc": "2026-01-01T00:00:00Z", "EventId": "e"}
_LINES = (_SINGLE, _SINGLE, _SLOTS, _DANGLING)
_COMMANDS = (
    ("evaluate", "--fast", "--json", "--quiet"),
    ("evaluate", "--json", "--quiet", "--policy", "quick"),
    ("evaluate", "--fast", "--quiet"),
    ("doctor",),
    ("doctor", "--json"),
    ("logs", "import"),
)


class LogsTarget(FolderTarget):
    """Commands that read a log."""

    def attempt(self, rng: Generator) -> str:
        """Write a log of good and changed lines, and give it to one command."""
        lines = [to_json({**_SINGLE, "EventId": f"e{number}"}) for number in range(8)]
        for _ in range(int(rng.integers(1, 12))):
            lines.insert(int(rng.integers(len(lines) + 1)), _line(rng))
        path = self._folder / "log.dsjson"
        path.write_bytes(b"\n".join(lines) + b"\n")
        words = list(_COMMANDS[int(rng.integers(len(_COMMANDS)))])
        if words[0] != "logs":
            return run([words[0], str(path), *words[1:]], lines)
        data = self._folder / "data"
        rmtree(data, ignore_errors=True)
        answer = run([*words, str(path), "--data-dir", str(data)], lines)
        if data.exists():
            run(["logs", "show", "--data-dir", str(data)], lines)
            run(["evaluate", str(data), "--fast", "--json", "--quiet"], lines)
        return answer


def _line(rng: Generator) -> bytes:
    line = _LINES[int(rng.integers(len(_LINES)))]
    if rng.random() < 0.15:
        return mutate_bytes(json.dumps(line).encode(), rng).replace(b"\n", b"")
    return to_json(mutate_json(line, rng))
