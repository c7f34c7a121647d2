"""Automatic optimization: whether a policy is better enough to be applied without asking."""

from collections.abc import Iterable

from mock_service.evaluation.policies import Actions, PolicySource
from mock_service.evaluation.traffic import Traffic
from mock_service.evaluation.windows import total


def optimal_policy(acted: Iterable[Actions], traffic: Traffic) -> str:
    """Return the policy that automatic optimization would apply, or an empty name for none.

    It is the one of the highest mean reward, if that is above the online policy's and so is the
    lower end of its 95% interval above the lower end of the online policy's.
    """
    totals = [(one.policy, total(one, traffic)) for one in acted]
    online = [sums for policy, sums in totals if policy.source is PolicySource.ONLINE]
    rivals = [
        (policy, sums)
        for policy, sums in totals
        if policy.source in {PolicySource.CUSTOM, PolicySource.SEARCHED}
    ]
    if not online or not rivals:
        return ""
    best, sums = max(rivals, key=lambda rival: rival[1].mean)
    better = sums.mean > online[0].mean
    surely = sums.mean - sums.reach > online[0].mean - online[0].reach
    return best.name if better and surely else ""
