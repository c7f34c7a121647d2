"""The doctor at endpoints: it finds each illness in a loop that has it, none in a healthy one."""

from datetime import timedelta

import pytest

from mock_service.diagnosis.diagnose import diagnose
from mock_service.diagnosis.endpoint_facts import facts_of_endpoint
from mock_service.diagnosis.finding import Finding, Severity
from mock_service.errors import EndpointUnreachable, SettingsInvalid
from mock_service.loop.configuration import Configuration, Mode
from mock_service.settings import LoopSettings, Settings
from tests.helpers.diagnosis_samples import (
    Features,
    Habits,
    advance,
    by_hour,
    drive,
    patient,
    people,
    send_reward,
)
from tests.helpers.servers import Endpoint

STOPS, SLOWS = Severity.STOPS, Severity.SLOWS
EXPLORES_NEVER = LoopSettings(configuration=Configuration(exploration=0.0))
EXPLORES_ONLY = LoopSettings(configuration=Configuration(exploration=1.0))
AZURE = LoopSettings(mode=Mode.AZURE)
PREVIEW = "/personalizer/v1.1-preview.3/configurations/service"


def _examined(endpoint: Endpoint) -> dict[str, Finding]:
    findings = diagnose(facts_of_endpoint(endpoint.url, endpoint.key))
    return {finding.name: finding for finding in findings}


def _severities(endpoint: Endpoint) -> dict[str, Severity]:
    return {name: finding.severity for name, finding in _examined(endpoint).items()}


def test_a_healthy_loop_has_nothing() -> None:
    """150 events with rewards by taste."""
    with patient() as endpoint:
        drive(endpoint, Habits())

        assert _examined(endpoint) == {}


def _with_id(number: int) -> Features:
    return [*people(number), {"visitId": f"v-{number * 7919:x}"}]


def _only_id(number: int) -> Features:
    return [{"visitId": f"v-{number * 7919:x}"}]


def _with_numbered_id(number: int) -> Features:
    return [*people(number), {"session": {"id": 7_000_000 + 13 * number}}]


def _with_timestamp(number: int) -> Features:
    at = f"2026-01-05T10:{number // 60:02}:{number % 60:02}Z"
    return [*people(number), {"now": at}]


def _with_unix_time(number: int) -> Features:
    return [*people(number), {"now": 1_767_600_000 + number}]


@pytest.mark.parametrize(
    ("loop", "habits", "expected"),
    [
        (LoopSettings(), Habits(events=0), {"nothing-decided": STOPS}),
        (LoopSettings(), Habits(reward=lambda *_: None), {"no-rewards": STOPS}),
        (
            LoopSettings(),
            Habits(rewarded_id=lambda id_: id_.upper()),
            {"rewards-not-joined": STOPS},
        ),
        (LoopSettings(), Habits(reward=lambda *_: 1.0), {"constant-rewards": STOPS}),
        (EXPLORES_ONLY, Habits(), {"exploration-1": STOPS}),
        (LoopSettings(policy="no-interactions"), Habits(), {"no-interactions": STOPS}),
        (LoopSettings(policy="azure"), Habits(), {"too-few-events": STOPS}),
        (LoopSettings(), Habits(events=60), {"too-few-events": SLOWS}),
        (LoopSettings(), Habits(context=_with_id), {"unique-ids": SLOWS}),
        (
            LoopSettings(),
            Habits(context=_only_id, reward=lambda _, id_: float(id_ == "music")),
            {"unique-ids": STOPS},
        ),
        (LoopSettings(), Habits(context=_with_numbered_id), {"unique-ids": SLOWS}),
        (LoopSettings(), Habits(context=_with_timestamp), {"timestamps": SLOWS}),
        (LoopSettings(), Habits(context=_with_unix_time), {"timestamps": SLOWS}),
    ],
)
def test_one_habit_one_finding(
    loop: LoopSettings, habits: Habits, expected: dict[str, Severity]
) -> None:
    """And nothing else."""
    with patient(loop) as endpoint:
        drive(endpoint, habits)

        assert _severities(endpoint) == expected


def test_without_exploration_some_action_is_never_shown() -> None:
    """Both are said, the exploration first: there it can be mended."""
    with patient(EXPLORES_NEVER) as endpoint:
        drive(endpoint, Habits(reward=by_hour))

        assert list(_severities(endpoint).items()) == [
            ("exploration-0", STOPS),
            ("never-shown", SLOWS),
        ]


def test_one_action_is_no_choice() -> None:
    """There is no alternative."""
    habits = Habits(actions=Habits().actions[:1], reward=lambda c, _: float(len(str(c)) % 2))
    with patient() as endpoint:
        drive(endpoint, habits)

        assert _severities(endpoint)["one-action"] is STOPS


def test_rewards_after_the_wait() -> None:
    """All of them were dropped, and the default rewards are all the same."""
    with patient() as endpoint:
        drive(endpoint, Habits(reward=lambda *_: None))
        advance(endpoint, "PT11M")
        for number in range(150):
            send_reward(endpoint, f"e{number}", 1.0)

        found = _examined(endpoint)
        assert found["rewards-late"].severity is STOPS
        assert "150 of 150 rewards" in found["rewards-late"].seen
        assert "the wait of 0:10:00 is over" in found["rewards-late"].means
        assert "no-rewards" not in found


def test_a_second_prompt_reward_is_not_late_in_quick_mode() -> None:
    """It came after its event had been learned, which is what is said."""
    with patient() as endpoint:
        drive(endpoint, Habits())
        for number in range(150):
            send_reward(endpoint, f"e{number}", 1.0)

        found = _examined(endpoint)["rewards-late"]
        assert found.severity is Severity.NOTE
        assert found.seen.endswith("came when their event had been learned from already.")
        assert "choose a rewardAggregation" in found.advice


def test_a_few_late_rewards_are_a_note() -> None:
    """It goes on learning."""
    with patient(LoopSettings(configuration=Configuration(default_reward=0.5))) as endpoint:
        drive(endpoint, Habits(events=1, reward=lambda *_: None))
        advance(endpoint, "PT11M")
        send_reward(endpoint, "e0", 1.0)
        drive(endpoint, Habits())

        assert _severities(endpoint) == {"rewards-late": Severity.NOTE}


def test_a_wait_that_is_not_over_and_an_export_that_is_yet_to_come() -> None:
    """In the service's own mode nothing is learned before the wait, nor seen before the export."""
    slow_export = Configuration(model_export_frequency=timedelta(hours=2))
    loop = LoopSettings(mode=Mode.AZURE, policy="quick", configuration=slow_export)
    with patient(loop) as endpoint:
        drive(endpoint, Habits())
        before = _severities(endpoint)
        advance(endpoint, "PT11M")
        after = _examined(endpoint)
        advance(endpoint, "PT2H")

        assert before == {"wait-not-over": STOPS}
        assert {name: one.severity for name, one in after.items()} == {"nothing-exported": STOPS}
        assert "2026-01-05T02:00:00" in after["nothing-exported"].seen
        assert _severities(endpoint) == {}


def test_deferred_decisions_that_nobody_activates() -> None:
    """While they wait and when the wait is over."""
    with patient() as endpoint:
        drive(endpoint, Habits(deferred=True))
        before = _severities(endpoint)
        advance(endpoint, "PT11M")

        assert before == {"never-activated": STOPS}
        assert _severities(endpoint) == {"never-activated": STOPS}


def test_an_apprentice_only_imitates() -> None:
    """The mode is in the previews' configuration."""
    with patient() as endpoint:
        configuration = endpoint.send("GET", PREVIEW).json() | {"learningMode": "Apprentice"}
        assert endpoint.send("PUT", PREVIEW, configuration).status_code == 200
        drive(endpoint, Habits())

        found = _examined(endpoint)
        assert found["not-online"].severity is STOPS
        assert "Apprentice" in found["not-online"].seen
        assert "never-shown" not in found


def test_without_a_control_plane_settings_are_all_there_is() -> None:
    """What cannot be known is said, and what can be is found."""
    with patient(EXPLORES_NEVER, Settings(host="192.0.2.1")) as endpoint:
        drive(endpoint, Habits(events=3))
        facts = facts_of_endpoint(endpoint.url, endpoint.key)

    assert facts.feedback is None
    assert facts.seen is None
    assert "--allow-control" in facts.unknown[0]
    assert [finding.name for finding in diagnose(facts)] == ["exploration-0"]


def test_who_is_no_personalizer_is_refused() -> None:
    """A wrong key, nobody there, no address."""
    with patient() as endpoint, pytest.raises(SettingsInvalid, match="refuses the key"):
        facts_of_endpoint(endpoint.url, "wrong")
    with pytest.raises(EndpointUnreachable, match="does not answer"):
        facts_of_endpoint("http://127.0.0.1:9", "k")
    with pytest.raises(SettingsInvalid, match="expected an address like"):
        facts_of_endpoint("localhost:5000", "k")
    with pytest.raises(EndpointUnreachable, match="is no address"):
        facts_of_endpoint("http://[::1", "k")
