"""Estimates from memory and from a log's lines, against vw-estimators and plain JSON parsing."""

import json
from time import perf_counter

import numpy as np
from estimators.bandits import ips, snips
from in_process import spread

from mock_service.evaluation.estimators import Estimator, Sample, estimate
from mock_service.evaluation.policies import BASELINE, act
from mock_service.evaluation.traffic import gather
from mock_service.logs.reading import read_log

ROUNDS = 7
DECISIONS = 100_000
LINES = 20_000


def measure() -> dict[str, tuple[float, float]]:
    """Return medians of decisions and lines per second, and ratios, each with its spread."""
    columns = _columns()
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    lines = [_line(number) for number in range(LINES)]
    runs = [
        (
            DECISIONS / _seconds_from_memory(*columns),
            DECISIONS / _peer_seconds(rows),
            LINES / _seconds_from_lines(lines),
            LINES / _plain_seconds(lines),
        )
        for _ in range(ROUNDS)
    ]
    return {
        "IPS and SNIPS from memory, decisions/s (wanted: 100,000)": spread([r[0] for r in runs]),
        "vw-estimators, decisions/s": spread([r[1] for r in runs]),
        "ratio to vw-estimators": spread([r[0] / r[1] for r in runs]),
        "IPS and SNIPS from DSJSON, lines/s (wanted: 20,000)": spread([r[2] for r in runs]),
        "only parsing JSON with the standard library, lines/s": spread([r[3] for r in runs]),
        "ratio to only parsing": spread([r[2] / r[3] for r in runs]),
    }


def _columns() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(1)
    propensities = chance.choice([0.05, 0.8], DECISIONS)
    return propensities, chance.random(DECISIONS), chance.choice([0.0, 0.2, 1.0], DECISIONS)


def _seconds_from_memory(
    propensities: np.ndarray, rewards: np.ndarray, chances: np.ndarray
) -> float:
    began = perf_counter()
    sample = Sample(rewards, chances / propensities, np.ones(DECISIONS))
    estimate(sample, Estimator.IPS)
    estimate(sample, Estimator.SNIPS)
    return perf_counter() - began


def _peer_seconds(rows: list[tuple[float, float, float]]) -> float:
    began = perf_counter()
    peers = (ips.Estimator(), snips.Estimator())
    for propensity, reward, chance in rows:
        for peer in peers:
            peer.add_example(propensity, reward, chance)
    for peer in peers:
        peer.get()
    return perf_counter() - began


def _seconds_from_lines(lines: list[bytes]) -> float:
    began = perf_counter()
    traffic = gather(read_log(lines))
    chances = act(BASELINE, traffic).of_logged(traffic)
    sample = Sample(traffic.rewards, chances / traffic.propensities, traffic.shares)
    estimate(sample, Estimator.IPS)
    estimate(sample, Estimator.SNIPS)
    return perf_counter() - began


def _plain_seconds(lines: list[bytes]) -> float:
    began = perf_counter()
    for line in lines:
        json.loads(line)
    return perf_counter() - began


def _line(number: int) -> bytes:
    """Return a line of about a kilobyte: five actions with three features each."""
    actions = [
        {
            "_tag": f"article-{n}",
            "j": [{"topic": f"t{n}"}, {"length": n * 1.5}, {"video": bool(n % 2)}],
        }
        for n in range(5)
    ]
    context = {"FromUrl": [{"hour": number % 24}, {"device": "mobile"}], "_multi": actions}
    line = {
        "_label_cost": -0.5,
        "_label_probability": 0.8400000333786011,
        "_label_Action": 1,
        "_labelIndex": 0,
        "o": [{"v": 0.5, "EventId": f"{number:032x}", "ActionTaken": False}],
        "Timestamp": "2026-01-05T12:30:00.000000Z",
        "Version": "1",
        "EventId": f"{number:032x}",
        "a": [1, 2, 3, 4, 5],
        "c": context,
        "p": [0.8400000333786011, 0.03999999910593033, *[0.03999999910593033] * 3],
        "VWState": {"m": "096200c6c41e42bbb879c12830247637/0639c12bea464192828b250ffc389657"},
    }
    return json.dumps(line).encode()
