"""Who only reads a data folder says in one line that its rows are none a loop has written."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mock_service.errors import DataUnusable
from mock_service.storage.database import FILE
from mock_service.storage.event_log import read_stored_log
from tests.mock_service.storage.test_restoring import taught

DAMAGES = (
    "UPDATE events SET at = 9e18",
    "UPDATE events SET answer = '[[0,5],[0.5,0.5]]'",
    "UPDATE events SET answer = '[[0,1],[1e999,0.5]]'",
    "UPDATE events SET answer = '[[],[]]'",
    "UPDATE events SET answer = '{'",
    "UPDATE events SET learning_mode = 'x'",
    "UPDATE events SET context = '[1'",
    "UPDATE events SET reward = 9e999",
    "UPDATE events SET reward = NULL",
    "UPDATE texts SET text = '[[1,2]]'",
    "DELETE FROM texts",
)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_log_of_hostile_rows_is_refused_in_one_line(tmp_path: Path, damage: str) -> None:
    """Whoever reads it: ``logs``, ``evaluate``, ``doctor`` and the answers in the background."""
    taught(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as connection:
        connection.execute(damage)

    with pytest.raises(DataUnusable) as refused:
        list(read_stored_log(tmp_path, "default"))

    assert "\n" not in str(refused.value)
    assert "cannot be read" in str(refused.value)
