"""What a server says at start of the loops that it goes on with."""

from pathlib import Path

import pytest

from mock_service.build import build_service
from mock_service.loop.decision import Action, RankRequest
from mock_service.settings import LoopSettings, Settings

ACTIONS = (Action("a", '[{"x":1}]'), Action("b", '[{"y":1}]'))


@pytest.mark.parametrize(
    ("policy", "said"),
    [("--cb_explore_adf --cover 3", "--cover"), ("--cb_explore_adf --rnd 2", "--rnd"), ("", "")],
)
def test_a_restart_names_explorations_that_no_model_holds(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, policy: str, said: str
) -> None:
    """Not at the first start, when there is nothing to go on with."""
    loop = LoopSettings().with_changes(policy=policy or None)
    settings = Settings(data_folder=tmp_path, loop=loop)
    first = build_service(settings)
    first.default.loop.rank(RankRequest("e", '[{"u":1}]', ACTIONS))
    first.close()
    assert caplog.messages == []

    build_service(settings).close()

    expected = f"saves no state of {said}: the loop 'default' goes on"
    assert [expected in message for message in caplog.messages] == ([True] if said else [])
