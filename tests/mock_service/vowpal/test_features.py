"""From a client's features to Vowpal Wabbit's JSON."""

import json

import pytest
from vowpalwabbit import pyvw

from mock_service.vowpal.features import action_document, context_document, labelled_document


@pytest.mark.parametrize("name", ["_label", "_label_cost", "_multi", "_tag", "_text", "_x", ""])
def test_a_name_that_vowpal_wabbit_would_obey_is_ignored(name: str) -> None:
    """At the top and inside a namespace."""
    features = json.dumps([{name: "0:1:1", "a": 1}, {"ns": {name: 3, "b": 2}}, {"c": None}])

    assert json.loads(action_document(features)) == {"j": [{"a": 1}, {"ns": {"b": 2}}, {}]}


def test_loose_context_features_live_where_the_service_puts_them() -> None:
    """In the namespace FromUrl."""
    document = json.loads(context_document('[{"device":"mobile"}]'))

    assert document == {"FromUrl": [{"device": "mobile"}], "_multi": []}


def test_a_label_says_what_the_choice_cost() -> None:
    """As numbers: text would be rounded differently than the service's own JSON."""
    document = json.loads(labelled_document('[{"a":1}]', cost=-0.5, probability=0.85))

    assert document == {
        "_label_cost": -0.5,
        "_label_probability": 0.85,
        "_label_Action": 1,
        "j": [{"a": 1}],
    }


@pytest.mark.parametrize("inner", [{}, {"a": 1}, [1, 2]])
def test_a_namespace_whose_name_begins_outside_ascii_gets_a_letter_in_front(inner: object) -> None:
    """Vowpal Wabbit would write outside its table of namespaces, and crash; features may stay."""
    features = json.dumps([{"\u65e5": inner, "\u672c": 1}, {"x": {"\u65e5": inner}}])
    document = action_document(features)

    for _ in range(30):
        workspace = pyvw.Workspace("--cb_explore_adf --quiet --json -q ::")
        workspace.finish_example(workspace.parse(document))
        workspace.finish()

    assert json.loads(document) == {
        "j": [{"u\u65e5": inner, "\u672c": 1}, {"x": {"u\u65e5": inner}}]
    }
