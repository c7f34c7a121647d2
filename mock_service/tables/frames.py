"""Logs as pandas frames, for those who look at them in a notebook; needs pandas."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from mock_service.dsjson.files import log_lines
from mock_service.dsjson.reader import read_log as read_lines
from mock_service.errors import LogUnusable
from mock_service.security.private_files import replaced_once_whole
from mock_service.tables.logs import read_own_table
from mock_service.tables.logs import write_log as write_events
from mock_service.tables.rows import COLUMNS, from_row, to_rows

if TYPE_CHECKING:
    import pandas as pd


def read_log(path: Path | str) -> "pd.DataFrame":
    """Return the decisions of a log as a frame with a row each.

    The log is a file of DSJSON lines, maybe compressed, a folder of them, or a Parquet file of
    ours. The columns are ``event_id``, ``slot_id``, ``time``, ``context``, ``actions``, ``order``,
    ``probabilities``, ``chosen``, ``probability``, ``reward``, ``observed_reward``,
    ``observations``, ``learned``, ``model``, ``drop_probability``, ``learning_mode`` and
    ``version``. Lines that are no decisions are left out.

    Raises:
        LogUnusable: the log cannot be read.
    """
    source = Path(path)
    events = (
        read_own_table(source) if source.suffix == ".parquet" else read_lines(log_lines(source))
    )
    frame: pd.DataFrame = import_module("pandas").DataFrame(
        list(to_rows(events)), columns=list(COLUMNS)
    )
    return frame


def write_log(frame: "pd.DataFrame", path: Path | str) -> int:
    """Write a frame as a log, DSJSON or Parquet by its ending, and return how many events it has.

    It needs the columns ``event_id``, ``context``, ``actions``, ``order``, ``probabilities``,
    ``probability`` and ``reward``; the others have defaults.

    Raises:
        LogUnusable: a column is missing, or a row is no decision.
        OSError: the file cannot be written.
    """
    rows = frame.to_dict("records")
    try:
        events = [from_row({str(name): one for name, one in row.items()}) for row in rows]
    except (LookupError, TypeError, ValueError) as error:
        raise LogUnusable(f"the frame is no log: {error!r:.300}") from error
    target = Path(path)
    with replaced_once_whole(target) as part:
        return write_events(events, part, as_table=target.suffix == ".parquet")
