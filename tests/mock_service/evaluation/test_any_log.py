"""Logs of any numbers and texts are judged, or their lines counted as damaged."""

from math import isfinite
from typing import Any

import pytest

from mock_service.diagnosis.diagnose import diagnose
from mock_service.diagnosis.log_facts import facts_of_log, with_lines
from mock_service.dsjson.reader import LineKind, read_log
from mock_service.evaluation.as_dict import study_to_dict
from mock_service.evaluation.evaluate_log import evaluate_log
from mock_service.evaluation.evaluator import Options
from mock_service.evaluation.logged_data import collect
from mock_service.evaluation.policies import BASELINE, ONLINE, RANDOM, Policy, PolicySource

LINE = (
    '{"_label_cost":COST,"_label_probability":P,"_label_Action":1,"_labelIndex":0,"o":[],'
    '"Timestamp":"2026-01-01T00:00:00Z","Version":"1","EventId":"e","a":[1,2],"c":{"FromUrl":'
    '[CONTEXT],"_multi":[{"_tag":"x","j":[{"t":"x"}]},{"_tag":"y","j":[{"t":"y"}]}]},'
    '"p":[P,0.2],"VWState":{"m":"N/A"},"pdrop":DROP}'
)
POLICIES = [ONLINE, BASELINE, RANDOM, Policy("mine", PolicySource.CUSTOM, "--cb_explore_adf -q ::")]


def _line(cost: str = "-1.0", p: str = "0.8", context: str = '{"u":1}', drop: str = "0") -> str:
    line = LINE.replace("COST", cost).replace("CONTEXT", context).replace("DROP", drop)
    return line.replace('probability":P', f'probability":{p}').replace('"p":[P', f'"p":[{p}')


def _judge(*lines: str) -> dict[str, Any]:
    found = [*[_line(cost="0"), _line()] * 3, *lines]
    reader = read_log([line.replace('"e"', f'"e{number}"', 1) for number, line in enumerate(found)])
    return study_to_dict(evaluate_log(collect(reader), POLICIES, Options()))


def _numbers(value: object) -> list[float]:
    if isinstance(value, dict | list | tuple):
        inner = value.values() if isinstance(value, dict) else value
        return [number for one in inner for number in _numbers(one)]
    return [value] if isinstance(value, float) else []


@pytest.mark.parametrize("p", ["1e-9", "1e-10", "1e-45", "1e-300", "5e-324", "0", "1.5", "900"])
@pytest.mark.parametrize("cost", ["-1.0", "1e9", "-1e9"])
def test_no_propensity_or_cost_overflows(cost: str, p: str) -> None:
    """Every figure is a number, without a warning."""
    assert all(map(isfinite, _numbers(_judge(_line(cost, p)))))


@pytest.mark.parametrize("p", ["9.9e-10", "1e-300"])
def test_a_propensity_that_nothing_can_be_said_about_is_unusable(p: str) -> None:
    """It weighs more than any log has decisions."""
    assert _judge(_line(p=p))["unusable"] == 1


@pytest.mark.parametrize("cost", ["1.1e9", "-1e300", "1e308", "9" * 400, "1e999", "NaN"])
def test_a_cost_beyond_the_bound_is_damage(cost: str) -> None:
    """Which says what was expected."""
    reader = read_log([_line(cost)])

    assert not list(reader)
    assert reader.counts[LineKind.DAMAGED] == 1
    assert reader.complaints


@pytest.mark.parametrize(
    "context",
    [
        '{"x":[[1]]}',
        '{"x":["a",null,true]}',
        '{"\\ud800":"\\ud800"}',
        '{"_slot":{"number":0,"of":5000000,"features":[]}}',
        '5,"x",[1]',
        '{"x":1e300}',
        f'{{"x":{"9" * 300}}}',
        '{"_multi":1,"_label_cost":1,"_tag":[],"_p":{},"_a":1,"_slots":[{"_inc":[7]}]}',
    ],
)
def test_any_features_are_features_or_none(context: str) -> None:
    """For evaluations and for the doctor."""
    figures = _judge(*[_line(context=context)] * 3)
    reader = read_log([_line(context=context)])
    diagnose(with_lines(facts_of_log("log", reader, None), reader))

    assert figures["decisions"] == 9
    assert all(map(isfinite, _numbers(figures)))


def test_a_separator_in_an_id_of_a_log_separates_nothing() -> None:
    """It is spelled out, so that the event is no slot of a page."""
    (event,) = read_log([_line().replace('"EventId":"e"', '"EventId":"a\\u001fb"')])

    assert event.event_id == "a\\x1fb"
