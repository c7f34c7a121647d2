"""Every kind of fault is met by real clients, counted, and leaves the state they were told of."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from mock_service.emulator import connection
from personalizer_lab import LocalPersonalizer
from tests.helpers.clients import (
    Client,
    by_httpx2,
    by_new_python_sdk,
    by_node_sdk,
    by_python_sdk,
    by_requests,
)
from tests.helpers.node import NODE

CLIENTS: dict[str, Client] = {
    "httpx2": by_httpx2,
    "requests": by_requests,
    "Python SDK": by_python_sdk,
    "newer Python SDK": by_new_python_sdk,
    **({"Node SDK": by_node_sdk} if NODE else {}),
}


@pytest.fixture(scope="module", params=sorted(connection.PARSERS))
def server(request: pytest.FixtureRequest) -> Iterator[LocalPersonalizer]:
    """Serve with each parser of requests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "DEFAULT_PARSER", request.param)
        with LocalPersonalizer() as running:
            yield running


@pytest.fixture
def personalizer(server: LocalPersonalizer) -> LocalPersonalizer:
    """Return a server that has seen nothing yet."""
    server.reset()
    return server


@dataclass(frozen=True, slots=True)
class Case:
    """A fault, what the application is told, and how often its call was handled then."""

    operation: str
    fault: dict[str, Any]
    told: int | None
    handled: int
    after: dict[str, int] = field(default_factory=dict)


RANKS = {
    "429": Case("rank", {"status": 429, "retry_after": 2}, 429, 0),
    "500": Case("rank", {"status": 500}, 500, 0),
    "slow": Case("rank", {"latency": 0.05}, 201, 1),
    "too slow": Case("rank", {"latency": 5}, None, 0),
    "slow as drawn": Case(
        "rank", {"latency": {"distribution": "lognormal", "median": 0.02, "sigma": 0.1}}, 201, 1
    ),
    "dropped": Case("rank", {"drop": "before"}, None, 0),
    "dropped after it was handled": Case("rank", {"drop": "after"}, None, 1),
    "cut within its body": Case("rank", {"truncate": 40}, None, 1),
    "cut before its body": Case("rank", {"truncate": 0}, None, 1),
    "handled twice": Case("rank", {"duplicate": 2}, 201, 2),
}

REWARDS = {
    "429": Case("reward", {"status": 429}, 429, 0),
    "408 with a code": Case("reward", {"status": 408, "code": "RequestTimeout"}, 408, 0),
    "dropped": Case("reward", {"drop": "before"}, None, 0),
    "dropped after it was handled": Case("reward", {"drop": "after"}, None, 1),
    "cut": Case("reward", {"truncate": 0}, None, 1),
}


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
@pytest.mark.parametrize("case", RANKS.values(), ids=RANKS)
def test_a_rank_meets_its_fault_once(
    personalizer: LocalPersonalizer, client: Client, case: Case
) -> None:
    """The fault is counted, the decisions are those handled, and the next call is as always."""
    fault = personalizer.fail(case.operation, **case.fault)

    told = client(personalizer, "rank")

    assert (told.status, fault.met) == (case.told, 1)
    assert len(personalizer.decisions) == case.handled
    assert client(personalizer, "rank").status == 201
    assert (fault.met, len(personalizer.decisions)) == (1, case.handled + 1)


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
@pytest.mark.parametrize("case", REWARDS.values(), ids=REWARDS)
def test_a_reward_meets_its_fault_once(
    personalizer: LocalPersonalizer, client: Client, case: Case
) -> None:
    """The decision has the reward if, and only if, it was handled."""
    client(personalizer, "rank")
    fault = personalizer.fail(case.operation, **case.fault)

    told = client(personalizer, "reward")

    assert (told.status, fault.met) == (case.told, 1)
    assert personalizer.decisions[0].rewards == (1.0,) * case.handled
    assert client(personalizer, "reward").status == 204
    assert personalizer.decisions[0].rewards == (1.0,)


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_a_late_reward_counts_when_its_time_has_come(
    personalizer: LocalPersonalizer, client: Client
) -> None:
    """It is acknowledged at once, and is no part of the decision until then."""
    client(personalizer, "rank")
    fault = personalizer.fail("reward", late="PT5M")

    told = client(personalizer, "reward")
    personalizer.advance("PT4M59S")
    before = personalizer.decisions[0]
    personalizer.advance("PT1S")

    assert (told.status, fault.met) == (204, 1)
    assert (before.rewards, before.settled) == ((), False)
    assert personalizer.decisions[0].rewards == (1.0,)


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_a_reward_that_is_later_than_the_wait_is_lost(
    personalizer: LocalPersonalizer, client: Client
) -> None:
    """The default reward was learned by then, however far the clock jumps."""
    client(personalizer, "rank")
    personalizer.fail("reward", late="PT11M")

    client(personalizer, "reward")
    personalizer.advance("PT1H")

    decision = personalizer.decisions[0]
    assert (decision.rewards, decision.reward, decision.learned) == ((), 0.0, True)


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_a_duplicated_reward_counts_twice_where_rewards_are_summed(
    personalizer: LocalPersonalizer, client: Client
) -> None:
    """Azure mode keeps every reward until the wait is over."""
    personalizer.reset(mode="azure")
    client(personalizer, "rank")
    fault = personalizer.fail("reward", duplicate=2)

    told = client(personalizer, "reward")

    assert (told.status, fault.met) == (204, 1)
    assert personalizer.decisions[0].rewards == (1.0, 1.0)


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_a_throttled_call_is_not_handled(personalizer: LocalPersonalizer, client: Client) -> None:
    """Two calls a minute, and the third has to wait for the next one."""
    personalizer.throttle(calls=2, per="PT1M")

    statuses = [client(personalizer, "rank").status for _ in range(3)]
    refused = len(personalizer.decisions)
    personalizer.advance("PT1M")

    assert (statuses, refused) == ([201, 201, 429], 2)
    assert client(personalizer, "rank").status == 201


def test_the_newer_python_sdk_waits_as_it_is_told(personalizer: LocalPersonalizer) -> None:
    """Left to itself it tries again after the seconds that the service names."""
    busy = personalizer.fail("rank", status=429, retry_after=0, times=3)

    told = by_new_python_sdk(personalizer, "rank", retries=3)

    assert (told.status, busy.met) == (201, 3)
    assert [call.status for call in personalizer.calls] == [429, 429, 429, 201]
    assert len({call.headers["x-ms-client-request-id"] for call in personalizer.calls}) == 1
