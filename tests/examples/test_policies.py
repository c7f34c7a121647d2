"""The policies to begin with: short, typed, and worth what they claim."""

from pathlib import Path

import pytest

from personalizer_lab import simulate
from tests.helpers.servers import ROOT

POLICIES = {
    "linucb.py": "LinUCB",
    "thompson.py": "LinearThompson",
    "classifier.py": "EpsilonClassifier",
    "fixed_rule.py": "FixedRule",
}


def test_every_policy_of_the_folder_is_named_in_the_guide() -> None:
    """And is tested here."""
    guide = (ROOT / "docs" / "own-policies.md").read_text(encoding="utf-8")
    files = sorted((ROOT / "examples" / "policies").glob("*.py"))

    assert {file.name for file in files} == set(POLICIES)
    assert [file.name for file in files if f"`examples/policies/{file.name}`" not in guide] == []


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_is_under_sixty_lines(name: str) -> None:
    """A page to read and to copy."""
    text = (ROOT / "examples" / "policies" / name).read_text(encoding="utf-8")

    assert len(text.splitlines()) < 60


@pytest.mark.parametrize(
    ("name", "least"),
    [("linucb.py", 0.95), ("thompson.py", 0.95), ("classifier.py", 0.6), ("fixed_rule.py", 0.85)],
)
def test_a_policy_earns_more_than_blind_choice_on_news(name: str, least: float) -> None:
    """Which earns 0.44, where perfect knowledge earns 0.97."""
    policy = f"python:{Path('examples/policies') / name}:{POLICIES[name]}"

    summary = simulate("news", rounds=1500, seed=2, policy=policy).summary

    assert summary.mean_value is not None
    assert summary.mean_value > least
