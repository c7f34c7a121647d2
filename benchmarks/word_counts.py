"""Posts described by their words, as a plugin of a blog sends them: many features an action."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from time import perf_counter

import numpy as np
from by_hand import POLICY, sample_index
from rows import Row, against, at_most, in_turn
from vowpalwabbit import pyvw

from mock_service.clock import ManualClock
from mock_service.loop.decision import Action, RankRequest
from mock_service.loop_assembly import build_loop
from mock_service.settings import LoopSettings

ROUNDS = 5
VISITS = 60
POSTS = 50
WORDS = 100
_VOCABULARY = 5_000
_MILLI = 1e3
Documents = list[list[dict[str, object]]]


def measure() -> list[Row]:
    """Return what a rank with its reward costs, next to Vowpal Wabbit alone on the same words."""
    posts = _posts()
    rounds = in_turn(ROUNDS, partial(_in_process, posts), partial(_by_hand, posts))
    name = f"rank and learn, {POSTS} posts of {WORDS} word counts"
    return [
        against("VW alone, posts parsed once (limit)", name, "ms", list(rounds), at_most(1.5)),
    ]


def _posts() -> Documents:
    rng = np.random.default_rng(1)
    return [
        [
            {f"word{word}": int(count)}
            for word, count in zip(
                rng.choice(_VOCABULARY, WORDS, replace=False).tolist(),
                rng.integers(1, 20, WORDS),
                strict=True,
            )
        ]
        for _ in range(POSTS)
    ]


def _reader(number: int) -> list[dict[str, object]]:
    return [{"device": "phone" if number % 2 else "desktop"}, {"hour": number % 24}]


def _in_process(posts: Documents) -> float:
    """Return milliseconds a visit of the loop, rank and reward."""
    loop = build_loop(LoopSettings(), ManualClock(datetime(2026, 1, 5, tzinfo=UTC)))
    actions = tuple(Action(f"post-{n}", json.dumps(post)) for n, post in enumerate(posts))

    def visit(number: int) -> None:
        event_id = f"visit-{number}"
        loop.rank(RankRequest(event_id, json.dumps(_reader(number)), actions))
        loop.reward(event_id, number % 2)

    return _milliseconds(visit)


def _by_hand(posts: Documents) -> float:
    """Return milliseconds a visit of Vowpal Wabbit, predict and learn, drawn as a loop draws."""
    workspace = pyvw.Workspace(f"{POLICY} --json --quiet")
    rng = np.random.default_rng(1)
    parsed = [workspace.parse(json.dumps({"j": post}))[0] for post in posts]
    contexts = {
        number: workspace.parse(json.dumps({"FromUrl": _reader(number), "_multi": []}))[0]
        for number in range(24)
    }

    def visit(number: int) -> None:
        examples = [contexts[number % 24], *parsed]
        probabilities = workspace.predict(examples)
        chosen = sample_index(probabilities, rng.random())
        label = {
            "_label_cost": -(number % 2),
            "_label_probability": probabilities[chosen],
            "_label_Action": 1,
        }
        labelled = workspace.parse(json.dumps({**label, "j": posts[chosen]}))[0]
        examples[1 + chosen] = labelled
        workspace.learn(examples)
        workspace.finish_example([labelled])

    return _milliseconds(visit)


def _milliseconds(visit: Callable[[int], None]) -> float:
    for number in range(3):
        visit(number)
    began = perf_counter()
    for number in range(3, 3 + VISITS):
        visit(number)
    return (perf_counter() - began) / VISITS * _MILLI
