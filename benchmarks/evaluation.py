"""Estimates from memory and from a log's lines, against vw-estimators, VW's pass, and parsing."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from by_hand import POLICY
from estimators.bandits import ips, snips
from rows import Row, against, alone, at_least, in_turn
from vowpalwabbit import pyvw

from mock_service.dsjson.reader import read_log
from mock_service.evaluation.estimators import Estimator, Sample, estimate
from mock_service.evaluation.logged_data import collect
from mock_service.evaluation.policies import BASELINE, evaluate_policy

ROUNDS = 9
DECISIONS = 100_000
LINES = 20_000


def measure() -> list[Row]:
    """Return decisions per second from memory, and lines per second from DSJSON."""
    return [*_from_memory(), *_from_lines()]


def _from_memory() -> list[Row]:
    columns = _columns()
    logged = list(zip(*(column.tolist() for column in columns), strict=True))
    rounds = in_turn(
        ROUNDS,
        lambda: DECISIONS / _seconds_from_memory(*columns),
        lambda: DECISIONS / _peer_seconds(logged),
    )
    name, unit = "IPS and SNIPS from memory", "decisions/s"
    return [
        alone(name, unit, [ours for ours, _ in rounds], at_least(100_000)),
        against("vw-estimators", name, unit, rounds, None),
    ]


def _from_lines() -> list[Row]:
    lines = [_line(number) for number in range(LINES)]
    with TemporaryDirectory() as folder:
        log = Path(folder, "log.dsjson")
        log.write_bytes(b"\n".join(lines) + b"\n")
        rounds = in_turn(
            ROUNDS,
            lambda: LINES / _seconds_from_lines(log),
            lambda: LINES / _pass_seconds(log),
            lambda: LINES / _plain_seconds(log),
        )
    name, unit = "IPS and SNIPS from a DSJSON file", "lines/s"
    peers = ("VW's own --dsjson pass, which learns", "json.loads, and nothing else")
    return [
        alone(name, unit, [one[0] for one in rounds], at_least(20_000)),
        *(
            against(peer, name, unit, [(one[0], one[index]) for one in rounds], None)
            for index, peer in enumerate(peers, start=1)
        ),
    ]


def _columns() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(1)
    propensities = chance.choice([0.05, 0.8], DECISIONS)
    return propensities, chance.random(DECISIONS), chance.choice([0.0, 0.2, 1.0], DECISIONS)


def _seconds_from_memory(
    propensities: np.ndarray, rewards: np.ndarray, probabilities: np.ndarray
) -> float:
    began = perf_counter()
    sample = Sample(rewards, probabilities / propensities, np.ones(DECISIONS))
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


def _seconds_from_lines(log: Path) -> float:
    began = perf_counter()
    with log.open("rb") as lines:
        traffic = collect(read_log(lines))
    probabilities = evaluate_policy(BASELINE, traffic).of_logged(traffic)
    sample = Sample(traffic.rewards, probabilities / traffic.propensities, traffic.shares)
    estimate(sample, Estimator.IPS)
    estimate(sample, Estimator.SNIPS)
    return perf_counter() - began


def _pass_seconds(log: Path) -> float:
    began = perf_counter()
    pyvw.Workspace(f"{POLICY} --quiet --dsjson --data {log}").finish()
    return perf_counter() - began


def _plain_seconds(log: Path) -> float:
    began = perf_counter()
    with log.open("rb") as lines:
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
