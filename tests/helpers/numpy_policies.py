"""The policies of the examples once more, written without the product: what their runs must equal.

Each visit the regression is solved anew from all that was learned, rather than kept up to date.
"""

import json
from collections.abc import Callable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from simulator.users.environment import Environment

Matrix = NDArray[np.float64]
Chooser = Callable[[Matrix, Matrix, Matrix], Matrix]
"""Makes probabilities of the actions' features, the inverse of the design matrix, the weights."""


def linucb(alpha: float) -> Chooser:
    """Return the rule of LinUCB."""

    def choose(x: Matrix, inverse: Matrix, weights: Matrix) -> Matrix:
        spread = np.array([np.sqrt(row @ inverse @ row) for row in x])
        bounds = np.round(x @ weights + alpha * spread, 9)
        shares = np.zeros(len(x))
        shares[list(bounds).index(max(bounds))] = 1.0
        return shares

    return choose


def thompson(seed: int, spread: float, draws: int) -> Chooser:
    """Return the rule of linear Thompson sampling."""
    rng = np.random.default_rng(seed)

    def choose(x: Matrix, inverse: Matrix, weights: Matrix) -> Matrix:
        values, vectors = np.linalg.eigh(spread**2 * (x @ inverse @ x.T))
        root = vectors @ np.diag(np.sqrt(np.maximum(values, 0))) @ vectors.T
        scores = rng.standard_normal((draws, len(x))) @ root + x @ weights
        wins = [0] * len(x)
        for row in scores:
            wins[int(row.argmax())] += 1
        return np.array(wins) / draws

    return choose


def run(environment: Environment, name: str, rounds: int, choose: Chooser) -> Matrix:
    """Return the expected value of each visit under a rule that learns from rewards at once."""
    columns: dict[str, int] = {}
    largest: dict[str, float] = {}
    learned_x: list[Matrix] = []
    learned_y: list[float] = []
    values = []
    width = 256
    for block in environment.blocks(rounds):
        for row, visit in enumerate(block.visits):
            texts = [visit.context, *[action.features for action in visit.actions]]
            for place, text in enumerate(texts):
                _remember_largest("a" if place else "c", text, largest)
            context = _numbers("c", visit.context, largest)
            x = np.zeros((len(visit.actions), width))
            for index, action in enumerate(visit.actions):
                for a, y in _numbers("a", action.features, largest).items():
                    for c, z in context.items():
                        x[index, columns.setdefault(f"{a}|{c}", len(columns))] = y * z
            design = np.array(learned_x).reshape(-1, width)
            inverse = np.linalg.inv(np.eye(width) + design.T @ design)
            weights = inverse @ (design.T @ np.array(learned_y))
            shares = choose(x, np.asarray(inverse, np.float64), weights)
            chosen = _draw(f"{name}-{visit.number}", shares)
            learned_x.append(x[chosen])
            learned_y.append(float(block.rewards[row, chosen]))
            values.append(float(block.expected_values[row, chosen]))
    return np.array(values)


def _remember_largest(space: str, text: str, largest: dict[str, float]) -> None:
    for item in json.loads(text):
        for name, value in item.items():
            if not isinstance(value, bool | str):
                key = f"{space}.{name}"
                largest[key] = max(abs(value), largest.get(key, 0.0))


def _numbers(space: str, text: str, largest: dict[str, float]) -> dict[str, float]:
    found = {space: 1.0}
    for item in json.loads(text):
        for name, value in item.items():
            key = f"{space}.{name}"
            if isinstance(value, bool):
                found |= {key: 1.0} if value else {}
            elif isinstance(value, str):
                found[f"{key}={value}"] = 1.0
            else:
                found[key] = value / largest[key]
    return found


def _draw(event_id: str, shares: Matrix) -> int:
    """Return the action that the loop draws: the likeliest first, by a number of the event's id."""
    digest = blake2b(f"0\n{event_id}".encode(), digest_size=8).digest()
    draw = (int.from_bytes(digest, "big") >> 11) * 2.0**-53
    order = np.argsort(-shares, kind="stable")
    return int(order[int(np.searchsorted(np.cumsum(shares[order]), draw, side="right"))])
