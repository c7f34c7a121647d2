"""Logs as pandas frames, and frames as logs."""

from pathlib import Path

import pandas as pd
import pytest

from personalizer_lab import MockServiceError, read_log, simulate, write_log


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a log of 200 visits."""
    path = tmp_path_factory.mktemp("log") / "news.dsjson"
    simulate("news", rounds=200, log=path)
    return path


def test_a_frame_has_a_row_a_decision(log: Path) -> None:
    """Ready to group by."""
    frame = read_log(log)

    assert len(frame) == 200
    assert str(frame["time"].dtype) == "datetime64[us, UTC]"
    assert frame.groupby("chosen")["reward"].mean().between(0, 1).all()


@pytest.mark.parametrize("ending", ["dsjson", "parquet"])
def test_a_frame_makes_the_log_it_came_from(log: Path, tmp_path: Path, ending: str) -> None:
    """Lines and tables, to the byte in the end."""
    first, second = tmp_path / f"one.{ending}", tmp_path / "two.dsjson"

    assert write_log(read_log(log), first) == 200
    assert write_log(read_log(first), second) == 200
    assert second.read_bytes() == log.read_bytes()


def test_part_of_a_frame_is_a_log(log: Path, tmp_path: Path) -> None:
    """As pandas makes it: other indices, and missing values."""
    frame = read_log(log)
    some = frame[frame["reward"] > 0.5].drop(columns=["version", "slot_id"])

    write_log(some, tmp_path / "some.dsjson")

    assert len(read_log(tmp_path / "some.dsjson")) == len(some) < 200


def test_a_frame_that_is_no_log_is_refused(tmp_path: Path) -> None:
    """With the column that is missing."""
    with pytest.raises(MockServiceError, match=r"KeyError.*context"):
        write_log(pd.DataFrame([{"event_id": "a"}]), tmp_path / "x.dsjson")

    assert list(tmp_path.iterdir()) == []
