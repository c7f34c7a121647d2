"""The clickbait story: the design that reports the higher reward brings the lower value."""

import numpy as np

from simulator.simulations import RunOptions
from tests.helpers.stories import played

SEEDS = range(1, 21)
ROUNDS = 2000
T_95 = 2.093
"""Student's t for a 95% confidence interval with 19 degrees of freedom."""


def test_engagement_beats_clicks_on_value_while_clicks_report_more_reward() -> None:
    """Paired over 20 seeds, with a 95% confidence interval that leaves out 0."""
    clicks = [played("news-clickbait", RunOptions(ROUNDS, s, "clicks")) for s in SEEDS]
    engagement = [played("news-clickbait", RunOptions(ROUNDS, s, "engagement")) for s in SEEDS]
    gains = np.array([e.mean_value for e in engagement]) - [c.mean_value for c in clicks]
    half_width = T_95 * gains.std(ddof=1) / np.sqrt(len(gains))

    assert gains.mean() - half_width > 0
    for one, other in zip(clicks, engagement, strict=True):
        assert one.mean_reward is not None
        assert other.mean_reward is not None
        assert one.mean_reward > other.mean_reward


def test_the_oracle_never_shows_what_is_only_clicked() -> None:
    """The best action by value is nobody's clickbait, and the best fixed one by clicks is."""
    run = played("news-clickbait", RunOptions(300, 1, "clicks"))

    assert {profile.best_action for profile in run.profiles} == {
        "article-tech-ai",
        "article-sports-football",
        "article-finance-stocks",
    }
    assert run.baselines["best_fixed"].action == "article-shocking-secret"
    assert run.baselines["best_fixed"].mean_reward > run.baselines["oracle"].mean_reward
    assert run.baselines["best_fixed"].mean_value < 0 < run.baselines["oracle"].mean_value
