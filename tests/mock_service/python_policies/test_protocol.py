"""Features as a policy sees them."""

import pytest

from mock_service.python_policies.protocol import PolicyAction, to_actions, to_features


@pytest.mark.parametrize(
    ("text", "features"),
    [
        ("[]", {}),
        ('[{"a":1},{"b":"x","c":null}]', {"a": 1, "b": "x", "c": None}),
        ('[{"device":{"os":"iOS"}},{"device":{"age":3}}]', {"device": {"os": "iOS", "age": 3}}),
        ('[{"a":1},{"a":"x"},{"a":[2,3]}]', {"a": [1, "x", 2, 3]}),
        ('[{"a":{"b":1}},{"a":2}]', {"a": [{"b": 1}, 2]}),
        ('["words",3,{"a":true}]', {"a": True}),
    ],
)
def test_objects_are_merged_and_nothing_is_lost(text: str, features: dict[str, object]) -> None:
    """Whatever a log holds."""
    assert to_features(text) == features


def test_actions_have_their_id_and_features() -> None:
    """In the given order."""
    assert to_actions([("a", '[{"x":1}]'), ("b", "[]")]) == [
        PolicyAction("a", {"x": 1}),
        PolicyAction("b", {}),
    ]
