"""From a client's features to Vowpal Wabbit's JSON."""

import json

import pytest

from mock_service.learning.features import action_document, context_document, labelled_document


@pytest.mark.parametrize("name", ["_label", "_label_cost", "_multi", "_tag", "_text", "_x", ""])
def test_a_name_that_vowpal_wabbit_would_obey_is_ignored(name: str) -> None:
    """At the top and inside a namespace."""
    features = json.dumps([{name: "0:1:1", "a": 1}, {"ns": {name: 3, "b": 2}}, {"c": None}])

    assert json.loads(action_document(features)) == {"j": [{"a": 1}, {"ns": {"b": 2}}, {}]}


@pytest.mark.parametrize("opened", [{"x": 1}, [1, 2.5]])
def test_a_namespace_begins_with_an_ascii_character(opened: object) -> None:
    """The name of a feature may begin with any."""
    features = json.dumps([{"ñandú": opened, "é": 1}, {"ns": {"ü": opened}}])

    assert json.loads(action_document(features)) == {
        "j": [{"nñandú": opened, "é": 1}, {"ns": {"nü": opened}}]
    }


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
        "_labelIndex": 0,
        "_multi": [{"j": [{"a": 1}]}],
    }
