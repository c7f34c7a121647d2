"""Policies in Python among the others: the same visits, the same bytes, one line on mistakes."""

import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from mock_service.errors import LearningPolicyInvalid
from mock_service.user_code import load_file
from personalizer_lab import OptionsInvalid, compare, simulate
from simulator.scenario.catalogue import find_scenario
from simulator.users.environment import ScenarioEnvironment
from tests.helpers import numpy_policies
from tests.helpers.command_line import command
from tests.helpers.numpy_policies import Chooser
from tests.helpers.servers import ROOT, served

_LINUCB = "python:examples/policies/linucb.py:LinUCB"
_THOMPSON = "python:examples/policies/thompson.py:LinearThompson"
_CLASSIFIER = "python:examples/policies/classifier.py:EpsilonClassifier"
_RULE = "python:examples/policies/fixed_rule.py:FixedRule"
_ROUNDS = 250

LinUCB = load_file(ROOT / "examples/policies/linucb.py", "own_linucb", AssertionError).LinUCB
"""As a user's own module has it."""

_RULE_OF_A_SCRIPT = """
class Mine:
    seeds = []
    def __init__(self, seed): self.seeds.append(seed)
    def predict(self, context, actions): return [1 / len(actions)] * len(actions)
    def learn(self, *_): pass
"""

_FAILING = """
class Sums:
    def predict(self, context, actions):
        return [0.9 / len(actions)] * len(actions)
    def learn(self, *_): pass

class Raises:
    asked = 0
    def predict(self, context, actions):
        self.asked += 1
        if self.asked == 700:
            raise ValueError("no idea")
        return [1 / len(actions)] * len(actions)
    def learn(self, *_): pass

class Lock(Sums):
    def __init__(self):
        import threading
        self.lock = threading.Lock()
"""


@pytest.mark.parametrize("scenario", ["news", "tom-and-anna", "coffee"])
@pytest.mark.parametrize(
    ("policy", "chooser"),
    [
        (f"{_LINUCB}(alpha=0.5)", lambda _: numpy_policies.linucb(0.5)),
        (_THOMPSON, lambda seed: numpy_policies.thompson(seed, 0.1, 200)),
    ],
)
def test_a_policy_earns_what_a_loop_of_numpy_alone_earns_with_it(
    scenario: str, policy: str, chooser: Callable[[int], Chooser]
) -> None:
    """Visit for visit, so the mean is the same to 1e-9."""
    seed = 3
    summary = simulate(scenario, rounds=_ROUNDS, seed=seed, policy=policy).summary
    environment = ScenarioEnvironment(find_scenario(scenario), seed=seed)

    values = numpy_policies.run(environment, f"{scenario}-{seed}", _ROUNDS, chooser(seed))

    assert summary.mean_value == pytest.approx(float(np.mean(values)), abs=1e-9)


def test_they_are_compared_beside_presets_with_the_same_bytes_whoever_works(tmp_path: Path) -> None:
    """By their names, with any number of workers; the report is there."""
    vary = {"policy": ["quick", "azure", "squarecb", "softmax", _LINUCB, _THOMPSON, _CLASSIFIER]}
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        compare("news", vary, seeds=3, rounds=300, workers=workers, out=folder).write(folder)

    first, second = ((tmp_path / str(n) / "results.csv").read_bytes() for n in (1, 2))
    settings = json.loads((tmp_path / "1" / "summary.json").read_text())["settings"]
    assert first == second
    assert _LINUCB.encode() in first
    assert settings[4]["levels"] == {"policy": _LINUCB}
    assert "policy=LinearThompson" in (tmp_path / "1" / "report.html").read_text()


def test_the_seed_of_the_run_is_the_policys(tmp_path: Path) -> None:
    """So that runs of other seeds draw otherwise, and the same one again."""
    (tmp_path / "kept.py").write_text(_RULE_OF_A_SCRIPT)
    text = f"python:{tmp_path / 'kept.py'}:Mine"

    simulate("news", rounds=5, seed=41, policy=text)
    compare("news", {"policy": [text, "quick"]}, seeds=2, rounds=5)

    kept = next(module for name, module in sys.modules.items() if name.startswith("kept_"))
    assert {1, 2, 41} <= set(kept.Mine.seeds)


def test_exploration_steers_a_policy_that_takes_it() -> None:
    """Alone, and by a schedule, whose draws are then the loop's."""
    compared = compare(
        "news", {"policy": [_CLASSIFIER], "exploration": [0.1, 1, "1|0.1@100"]}, seeds=2, rounds=600
    )
    blind = compared.results[1].mean_value

    assert compared.results[0].mean_value > blind + 0.1
    assert compared.results[2].mean_value > blind + 0.1
    assert not [one for one in compared.warnings if one.kind == "same-runs"]


def test_exploration_is_refused_by_a_policy_that_explores_by_itself() -> None:
    """And the line says how it would take it."""
    with pytest.raises(OptionsInvalid, match=r"LinUCB explores by itself: .* called exploration"):
        simulate("news", rounds=10, policy=_LINUCB, exploration=0.1)


def test_in_azure_mode_a_copy_answers_until_the_next_export() -> None:
    """So it learns later than in quick mode, and learns all the same."""
    quick = simulate("news", rounds=1500, policy=_LINUCB).summary
    azure = simulate("news", rounds=1500, policy=_LINUCB, mode="azure").summary

    assert (azure.mean_value or 1.0) < (quick.mean_value or 0.0) - 0.02
    assert (azure.mean_reward_last_quarter or 0.0) > 0.95


def test_the_propensities_are_logged_and_the_log_judged(tmp_path: Path) -> None:
    """What a policy gave each action stands in the log, and evaluate takes policies in Python."""
    log = tmp_path / "rule.dsjson"
    simulate("news", rounds=1500, policy=_RULE, log=log)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    policies = [f"--policy={_LINUCB}", f"--policy=mine={_THOMPSON}", "--policy=quick"]

    ended = command("evaluate", str(log), "--json", "--quiet", *policies)
    found = {one["name"]: one for one in json.loads(ended.out)["policies"]}

    assert {round(max(line["p"]), 6) for line in lines} == {0.47, 0.92}
    assert set(found) == {"online", "Baseline1", "BaselineRand", "LinUCB", "mine", "quick"}
    assert found["mine"]["replay"] is not None
    assert ended.out == command("evaluate", str(log), "--json", "--quiet", *policies).out


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("Sums", "predict (call 1): expected 5 probabilities of at least 0 that sum to 1"),
        ("Raises", "failing.py:12: predict (call 700): ValueError: no idea"),
        ("Lock", "it cannot be copied (give it save() and load()): TypeError: cannot pickle"),
    ],
)
def test_a_policy_that_fails_ends_a_comparison_with_one_line(
    tmp_path: Path, name: str, problem: str, workers: str
) -> None:
    """And exit code 2, in this process and in workers."""
    (tmp_path / "failing.py").write_text(_FAILING)
    text = f"policy=quick,python:failing.py:{name}"
    words = ["--seeds", "2", "--rounds", "800", "--workers", workers, "--quiet"]

    ended = command("compare", "news", "--vary", text, *words, folder=tmp_path)

    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert ended.err.startswith(f"personalizer-lab: the policy python:failing.py:{name}: ")
    assert problem in ended.err


def test_a_changed_policy_is_run_again_by_resume(tmp_path: Path) -> None:
    """Its file is part of what a run is."""
    file = tmp_path / "mine.py"
    rule = Path("examples/policies/fixed_rule.py").read_text()
    file.write_text(rule)
    vary = {"policy": ["quick", f"python:{file}:FixedRule"]}
    first = compare("news", vary, seeds=2, rounds=100, out=tmp_path / "out", resume=True)
    file.write_text(rule.replace("0.9", "0.1"))

    second = compare("news", vary, seeds=2, rounds=100, out=tmp_path / "out", resume=True)

    assert second.results[0].mean_value == first.results[0].mean_value
    assert second.results[1].mean_value < first.results[1].mean_value


def test_a_class_is_a_policy_in_python_and_a_partial_its_arguments() -> None:
    """The same runs as by text."""
    by_text = simulate("news", rounds=200, policy=_LINUCB).summary
    by_class = simulate("news", rounds=200, policy=LinUCB).summary
    compared = compare(
        "news", {"policy": [LinUCB, partial(LinUCB, alpha=0.1)]}, seeds=2, rounds=100
    )

    assert by_class.mean_value == by_text.mean_value
    assert [one.label for one in compared.results] == ["policy=LinUCB", "policy=LinUCB(alpha=0.1)"]


@pytest.mark.parametrize(
    "policy",
    [lambda: None, LinUCB(), partial(LinUCB, 0.5), partial(LinUCB, alpha=LinUCB)],
)
def test_what_has_no_name_in_a_module_is_refused(policy: Callable[..., object]) -> None:
    """A worker could not find it."""
    with pytest.raises(LearningPolicyInvalid, match="expected"):
        simulate("news", rounds=10, policy=policy)


def test_a_policy_of_a_script_runs_in_its_process_and_not_in_workers(tmp_path: Path) -> None:
    """Workers do not import scripts: the line says what to do."""
    script = tmp_path / "script.py"
    script.write_text(
        f"{_RULE_OF_A_SCRIPT}"
        "from personalizer_lab import OptionsInvalid, compare\n"
        "if __name__ == '__main__':\n"
        "    print(compare('news', {'policy': ['quick', Mine]}, seeds=2, rounds=50).best.label)\n"
        "    try:\n"
        "        compare('news', {'policy': ['quick', Mine]}, seeds=2, rounds=50, workers=2)\n"
        "    except OptionsInvalid as error:\n"
        "        print(error)\n"
    )

    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)

    first, second = ran.stdout.splitlines()
    assert first == "policy=quick"
    assert second.startswith("policy: Mine is part of the script that runs, which workers do not")


def test_no_request_names_a_policy_in_python() -> None:
    """What stands in one would run with the server's rights: it is refused, and never imported."""
    text = _RULE.replace("examples", "missing")
    with served() as endpoint:
        policy = {"name": "mine", "arguments": text}
        put = endpoint.send("PUT", "/personalizer/v1.0/configurations/policy", policy)
        made = endpoint.post("/mock/loops", {"name": "other", "policy": text})
    serve = command("serve", "--port", "0", "--in-memory", "--policy", text)
    pages = command("simulate", "layout", "--policy", text)

    assert [put.status_code, made.status_code] == [400, 400]
    assert serve.code == pages.code == 2
    assert "a server takes presets and Vowpal Wabbit arguments" in serve.err
    assert "for pages of one slot" in pages.err
