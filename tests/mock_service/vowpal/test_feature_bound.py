"""What one request may ask of a policy: counted as Vowpal Wabbit counts, and refused beyond."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from mock_service.clock import ManualClock
from mock_service.errors import ApiError
from mock_service.limits import DEFAULT_LIMITS, Limits
from mock_service.loop.configuration import Mode
from mock_service.loop.decision import Action, RankRequest
from mock_service.loop.slots import Slot, SlotsRequest
from mock_service.loop.state import Models
from mock_service.loop_assembly import build_loop, learner_factory
from mock_service.settings import LoopSettings
from mock_service.vowpal.crossings import parse_crossings
from mock_service.vowpal.example_cache import ExampleCache
from mock_service.vowpal.explorers import find_explorer
from mock_service.vowpal.feature_bound import FeatureBound
from mock_service.vowpal.policy_arguments import parse_options
from mock_service.vowpal.presets import PRESETS
from mock_service.vowpal.workspace import open_workspace
from tests.helpers.loop_changes import change_policy

POLICIES = [
    *[one.arguments for one in PRESETS.values()],
    "--cb_explore_adf --interactions FFjj -q Fw",
    "--cb_explore_adf -q F: --cubic F:j",
    "--cb_explore_adf -q :: --leave_duplicate_interactions",
    "--cb_explore_adf -q uu -q ?F",
]
HUGE = Limits(features=10**9, crossed_features=10**12)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def features_of(rng: np.random.Generator) -> str:
    """Return features of every kind, some in namespaces and arrays, whatever those are called."""
    loose = {f"a{n}": float(n + 1) for n in range(int(rng.integers(1, 8)))}
    words = {f"w{n}": "text, with a comma" for n in range(int(rng.integers(0, 6)))}
    others = {"\u00e9t\u00e9": {"a": 1, "b": 2}, "\ud800": [1, 2]}
    return json.dumps([loose, {"words": words}, {"Friends": [1, 2, 3]}, {"x": True}, others])


_MODELS = {"--cover": 13, "--bag": 6, "--rnd": 4}
"""What a feature weighs where several models are asked at once, in the presets."""


@pytest.mark.parametrize("policy", POLICIES)
def test_no_decision_has_more_features_than_were_counted(policy: str) -> None:
    """Vowpal Wabbit tells how many it made; an exact count is little more."""
    rng = np.random.default_rng(1)
    bound = FeatureBound(policy, HUGE)
    workspace = open_workspace(policy, b"")
    examples = ExampleCache(workspace)
    crossings = parse_crossings(parse_options(policy))
    for _ in range(20):
        context = features_of(rng)
        actions = tuple(Action(f"a{n}", features_of(rng)) for n in range(3))
        decision = examples.decision(context, actions)
        workspace.predict_multi(decision)
        made = sum(one.get_feature_number() for one in decision[1:])

        cheap = bound._count([context], actions)[1]  # noqa: SLF001 (the steps of one check)
        exact = bound._count_exactly([context], actions)[1]  # noqa: SLF001 (see above)
        assert crossings.weight == _MODELS.get(find_explorer(policy).option, 1)
        assert made <= exact
        assert made <= cheap
    examples.clear()
    workspace.finish()


def ranked(policy: str, limits: Limits, context: str, actions: tuple[Action, ...]) -> None:
    """Ask whether a decision is taken."""
    FeatureBound(policy, limits).check(context, actions)


@pytest.mark.parametrize("policy", POLICIES)
def test_what_is_within_the_limits_is_taken_and_what_is_beyond_refused(policy: str) -> None:
    """To the last crossed feature, whichever way it was counted."""
    rng = np.random.default_rng(2)
    context = features_of(rng)
    actions = tuple(Action(f"a{n}", features_of(rng)) for n in range(4))
    unlimited = FeatureBound(policy, HUGE)
    exact = unlimited._count_exactly([context], actions)[1]  # noqa: SLF001 (what is to be met)

    ranked(policy, replace(HUGE, crossed_features=exact), context, actions)
    with pytest.raises(ApiError, match=f"{exact:,} crossed features.*{exact - 1:,}"):
        ranked(policy, replace(HUGE, crossed_features=exact - 1), context, actions)


def test_features_are_counted_without_what_only_looks_like_them() -> None:
    """Commas in texts are none."""
    actions = (Action("a", json.dumps([{"text": "a, b, c, d, e, f, g"}])),)
    context = json.dumps([{"x": 1, "y": 2}])

    ranked("--cb_explore_adf", replace(HUGE, features=3), context, actions)
    with pytest.raises(ApiError, match="has 3 features, and the limit features is 2"):
        ranked("--cb_explore_adf", replace(HUGE, features=2), context, actions)


def test_a_wordpress_page_is_far_within_the_default_limits() -> None:
    """Fifty articles with three hundred word counts each, and twenty features of the reader."""
    words = [
        Action(f"a{n}", json.dumps([{"words": {f"w{n}_{k}": k % 7 + 1 for k in range(300)}}]))
        for n in range(50)
    ]
    context = json.dumps([{f"c{k}": k for k in range(20)}])
    for policy in ("azure", "quick"):
        limits = replace(DEFAULT_LIMITS, crossed_features=DEFAULT_LIMITS.crossed_features // 4)
        ranked(PRESETS[policy].arguments, limits, context, tuple(words))


def test_a_rank_beyond_the_limit_is_refused_before_anything_is_recorded() -> None:
    """Single-slot and multi-slot."""
    context = json.dumps([{f"c{n}": 1 for n in range(8_000)}])
    actions = tuple(Action(f"a{n}", '[{"x":1}]') for n in range(2))
    slots = tuple(Slot(f"s{n}", "[]", f"a{n}") for n in range(2))
    for policy in ("quick", "--ccb_explore_adf -q ::"):
        loop = build_loop(LoopSettings(policy=policy), ManualClock(NOON))
        with pytest.raises(ApiError, match="limit crossed-features is 20,000,000"):
            loop.rank(RankRequest("e", context, actions))
        with pytest.raises(ApiError, match="limit crossed-features is 20,000,000"):
            loop.rank_slots(SlotsRequest("e", context, actions, slots))

        assert (loop.stats.decisions, loop.waiting) == (0, 0)


def test_the_slots_of_a_page_count_together() -> None:
    """A page may ask of Vowpal Wabbit what a single rank may, and no more."""
    bound = FeatureBound("--ccb_explore_adf -q ::", replace(HUGE, features=100))
    actions = tuple(Action(f"a{n}", '[{"x":1}]') for n in range(10))
    slots = tuple(Slot(f"s{n}", '[{"y":1}]', f"a{n}") for n in range(10))

    bound.check_slots("[]", actions, slots[:8])
    with pytest.raises(ApiError, match="slots have 120 features"):
        bound.check_slots("[]", actions, slots)


def test_an_event_beyond_the_bound_of_a_later_policy_counts_and_teaches_nothing() -> None:
    """It was taken under a policy that makes less of it."""
    context = json.dumps([{f"c{n}": 1 for n in range(800)}])
    actions = tuple(Action(f"a{n}", '[{"x":1}]') for n in range(2))
    loop = build_loop(LoopSettings(policy="no-interactions"), ManualClock(NOON))
    loop.rank(RankRequest("large", context, actions))
    loop.rank(RankRequest("small", "[]", actions))

    change_policy(loop, PRESETS["three-way"].arguments)
    loop.reward("large", 1.0)
    untaught = loop.model()
    loop.reward("small", 1.0)

    assert untaught == b""
    assert loop.model() != b""
    assert loop.training_status().trained_events == 2
    with pytest.raises(ApiError, match="crossed features"):
        loop.rank(RankRequest("again", context, actions))


@pytest.mark.parametrize("mode", Mode)
def test_every_learner_of_a_loop_has_the_bound_of_its_limits(mode: Mode) -> None:
    """In either mode."""
    learner = learner_factory(mode, Limits(features=1))("--cb_explore_adf", 0.2, Models())

    with pytest.raises(ApiError, match="limit features is 1"):
        learner.bound.check('[{"a":1,"b":2}]', (Action("a", "[]"),))


def test_repeated_lessons_may_cost_twice_what_a_rank_may() -> None:
    """All repetitions together."""
    bound = FeatureBound("--cb_explore_adf", replace(HUGE, crossed_features=100))
    action = (Action("a", '[{"x":1}]'),)

    bound.check("[]", action, times=50)
    with pytest.raises(ApiError, match="limit crossed-features is 200"):
        bound.check("[]", action, times=100)
