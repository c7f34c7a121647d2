"""Small scenarios whose rewards come late, or which treat their users differently."""

from pathlib import Path

from tests.helpers.servers import ROOT

_STORY = """
schema = 1
title = "Two readers"

[traffic]
per_hour = {per_hour}

[[actions]]
id = "politics"
features = [{{ article = "politics" }}]

[[actions]]
id = "sports"
features = [{{ article = "sports" }}]

[profiles.tom.context]
user = "Tom"

[profiles.anna.context]
user = "Anna"

[tastes.by_profile.tom]
politics = 0.9
sports = 0.1

[tastes.by_profile.anna]
politics = 0.1
sports = 0.9

[outcomes.click]
chance = [0.0, 1.0]
value = 1.0
{outcomes}
{rewards}
{rest}
"""


def write_story(
    folder: Path,
    rewards: str,
    *,
    outcomes: str = "",
    rest: str = "",
    per_hour: int = 600,
) -> str:
    """Write a scenario of two readers with these tables, and return its path."""
    path = folder / "story.toml"
    path.write_text(_STORY.format(rewards=rewards, outcomes=outcomes, rest=rest, per_hour=per_hour))
    return str(path)


TWO_DESIGNS = """
[rewards.nine]
weights = { click = 1.0 }
wait = "9m"

[rewards.ten]
weights = { click = 1.0 }
wait = "10m"
"""
"""Two designs that differ in nothing but how long the application waits."""

LATE_PURCHASE = """
[outcomes.purchase]
chance = [0.0, 1.0]
after = "click"
delay = "6h"
value = 1.0
"""
BY_PURCHASE = """
[rewards.purchase]
weights = { purchase = 1.0 }
combine = "each"
nothing = "unsent"
"""
ALL_AT_ONCE = """
[feedback]
lost = 0.25

[[drifts]]
at = "9d"
[drifts.tastes.by_profile.tom]
politics = 0.1
"""
"""Rewards that never arrive, and a drift that comes late."""


def scenario_with_a_late_action(folder: Path) -> str:
    """Return the path of the news scenario whose last article appears after an hour, 600 visits."""
    last = 'id = "article-health-fitness"\n'
    story = (ROOT / "scenarios" / "news.toml").read_text(encoding="utf-8")
    path = folder / "late.toml"
    path.write_text(story.replace(last, f'{last}since = "1h"\n'), encoding="utf-8")
    return str(path)
