"""The guide to evaluating: its commands run in order, and what it names is there."""

import re
import shlex

import pytest

from mock_service.evaluation.estimators import Estimator
from mock_service.evaluation.policies import BASELINE, ONLINE, RANDOM
from tests.helpers.command_line import Ended, command
from tests.helpers.servers import ROOT

GUIDE = (ROOT / "docs" / "evaluate.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", GUIDE, flags=re.DOTALL)
LINES = [line.strip() for block in BLOCKS for line in block.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ended]:
    """Run every line of the guide, one after the other, in a folder of its own."""
    folder = tmp_path_factory.mktemp("guide")
    return {line: command(*shlex.split(line)[1:], folder=folder) for line in LINES}


def test_the_commands_of_the_guide_run_in_its_order(ended: dict[str, Ended]) -> None:
    """Each makes what the next one needs."""
    assert len(ended) == 5
    assert {line: one.err for line, one in ended.items() if one.code} == {}


def test_what_the_guide_promises_of_them_holds(ended: dict[str, Ended]) -> None:
    """The preset earns more than the default, and the search finds something."""
    outs = [one.out for one in ended.values()]

    assert "Apply quick" in outs[1]
    assert "Apply Hyper" in outs[2]
    assert 'Hyper1: --policy "--cb_explore_adf' in outs[2]


@pytest.mark.parametrize("name", [*Estimator, ONLINE.name, BASELINE.name, RANDOM.name])
def test_estimators_and_policies_are_named_in_the_guide(name: str) -> None:
    """What the output calls something can be looked up."""
    assert f"`{name}`" in GUIDE


def test_options_of_the_guide_exist() -> None:
    """And the guide leaves none out that is not for every command."""
    help_text = command("evaluate", "--help").out

    named = set(re.findall(r"`(--[a-z-]+)", GUIDE)) - {"--dsjson"}
    assert {option for option in named if option not in help_text} == set()
    assert {"--policy", "--model", "--search", "--clip", "--fast", "--json"} <= named


def test_the_report_is_where_the_guide_says(ended: dict[str, Ended]) -> None:
    """Named on stderr, next to the progress."""
    assert "report: evaluation/report.html" in ended[LINES[2]].err
