"""Automatic optimization: whether a policy is better enough to be applied without asking."""

from collections.abc import Collection, Iterable

from mock_service.evaluation.policies import PolicySource
from mock_service.evaluation.time_series import RewardSeries


def optimal_policy(
    courses: Iterable[RewardSeries], unsupported: Collection[str] = frozenset()
) -> str:
    """Return the policy that automatic optimization would apply, or an empty name for none.

    It is the one of the highest mean reward, if that is above the online policy's and so is the
    lower end of its 95% interval above the lower end of the online policy's. That rule of the
    service also holds where the log hardly shows what a policy would do, so policies that are
    `unsupported` by the log are never chosen here.
    """
    judged = list(courses)
    online = [one.total for one in judged if one.online]
    rivals = [one for one in judged if one.source in _APPLICABLE and one.name not in unsupported]
    if not online or not rivals:
        return ""
    best = max(rivals, key=lambda rival: rival.total.mean)
    better = best.total.mean > online[0].mean
    surely = best.total.mean - best.total.half_width > online[0].mean - online[0].half_width
    return best.name if better and surely else ""


_APPLICABLE = {PolicySource.CUSTOM, PolicySource.SEARCHED}
