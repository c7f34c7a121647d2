"""Small logs of the kinds that people bring, made by one function each."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from numpy.random import default_rng

Line = dict[str, Any]
_START = datetime(2026, 1, 5, 9)  # noqa: DTZ001 (the zone is written behind it)


def decision_line(number: int, chosen: int, reward: float, **changes: object) -> Line:
    """Return a decision between two actions that were equally likely, in the service's form."""
    return {
        "_label_cost": 0.0 - reward,
        "_label_probability": 0.5,
        "_label_Action": chosen + 1,
        "_labelIndex": chosen,
        "o": [{"v": reward, "EventId": f"e{number}", "ActionTaken": False}],
        "Timestamp": (_START + timedelta(seconds=number)).isoformat() + "Z",
        "Version": "1",
        "EventId": f"e{number}",
        "a": [chosen + 1, 2 - chosen],
        "c": {
            "FromUrl": [{"k": 1}],
            "_multi": [{"_tag": "a", "j": [{"is": "a"}]}, {"_tag": "b", "j": [{"is": "b"}]}],
        },
        "p": [0.5, 0.5],
        "VWState": {"m": "N/A"},
        **changes,
    }


def apprentice_lines(count: int = 300, start: int = 0, seed: int = 5) -> Iterator[Line]:
    """Yield what an Apprentice loop logs: its own pick and whether that is the first action.

    What users gave, 1 in a fifth of the cases, is for the first action, which they were shown.
    """
    rng = default_rng(seed)
    for number in range(start, start + count):
        pick, reward = int(rng.random() >= 0.7), float(rng.random() < 0.2)
        yield decision_line(
            number,
            pick,
            reward,
            _label_cost=-1.0 if pick == 0 else -0.0,
            _label_probability=0.3 if pick else 0.7,
            p=[0.3, 0.7] if pick else [0.7, 0.3],
            _original_label_cost=0.0 - reward,
        )


def online_lines(count: int = 300, start: int = 0, seed: int = 6) -> Iterator[Line]:
    """Yield what an Online loop logs that explores evenly; the second action earns more."""
    rng = default_rng(seed)
    for number in range(start, start + count):
        chosen = int(rng.integers(2))
        reward = float(rng.random() < (0.2, 0.6)[chosen])
        yield decision_line(number, chosen, reward, _original_label_cost=0.0 - reward)


def logging_only_lines(count: int = 300, start: int = 0, seed: int = 7) -> Iterator[Line]:
    """Yield what a LoggingOnly loop logs: the first action, with the model's probability."""
    rng = default_rng(seed)
    for number in range(start, start + count):
        reward = float(rng.random() < 0.25)
        yield decision_line(number, 0, reward, _label_probability=0.6, p=[0.6, 0.4])


def thinned_lines(count: int = 4000, seed: int = 7) -> Iterator[Line]:
    """Yield a log of whose first action's failures one in ten is kept.

    The first action earns 0.5 on average, and the second 0.7.
    """
    rng = default_rng(seed)
    number = 0
    while number < count:
        chosen = int(rng.random() >= 0.5)
        reward = float(rng.random() < (0.5, 0.7)[chosen])
        dropped = 0.9 if chosen == 0 and not reward else 0.0
        if rng.random() < dropped:
            continue
        number += 1
        yield decision_line(number, chosen, reward, **({"pdrop": dropped} if dropped else {}))


def page_lines(count: int = 200) -> Iterator[Line]:
    """Yield multi-slot events whose first slot shows the second action where there is no loop.

    That action always earns 1 there, and the other one nothing.
    """
    for number in range(count):
        first = number % 2
        yield {
            "Timestamp": f"2026-01-05T09:{number // 60:02d}:{number % 60:02d}Z",
            "Version": "1",
            "EventId": f"e{number}",
            "c": {
                "FromUrl": [{"k": 1}],
                "_multi": [{"_tag": "x", "j": [{"x": 1}]}, {"_tag": "y", "j": [{"y": 1}]}],
                "_slots": [{"_id": "top", "sj": [{"big": 1}]}, {"_id": "side", "sj": [{"big": 0}]}],
            },
            "_outcomes": [
                {
                    "_label_cost": -float(first),
                    "_id": "top",
                    "_a": [first, 1 - first],
                    "_p": [0.5, 0.5],
                    "_o": [],
                },
                {"_label_cost": 0.0, "_id": "side", "_a": [1 - first], "_p": [1.0], "_o": []},
            ],
            "_ba": [1, 0],
            "VWState": {"m": "N/A"},
        }


def text_lines(count: int = 400, seed: int = 3) -> Iterator[Line]:
    """Yield decisions whose actions have no features but words; one text nearly always earns 1."""
    rng, texts = default_rng(seed), ("elections maine", "football scores")
    for number in range(count):
        chosen = int(rng.integers(2))
        order = rng.permutation(2).tolist()
        reward = float(rng.random() < (0.1, 0.9)[order[chosen]])
        context = {"UserAge": 15, "_multi": [{"_text": texts[index]} for index in order]}
        yield decision_line(number, chosen, reward, c=context)


def to_log(lines: Iterable[Line]) -> list[str]:
    """Return lines as a log has them."""
    return [json.dumps(line) for line in lines]
