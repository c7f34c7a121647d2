"""Rows in Parquet files, some at a time; needs pyarrow."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from mock_service.errors import LogUnusable, SettingsInvalid
from mock_service.tables.rows import Row

_ROWS_AT_A_TIME = 4096


def write_parquet(rows: Iterable[Row], path: Path) -> int:
    """Write rows with the columns of `COLUMNS`, and return how many there were.

    Raises:
        SettingsInvalid: pyarrow is not installed.
        OSError: the file cannot be written.
    """
    arrow = _load("pyarrow")
    schema, left, count = _schema(arrow), iter(rows), 0
    with _load("pyarrow.parquet").ParquetWriter(path, schema) as writer:
        while some := list(islice(left, _ROWS_AT_A_TIME)):
            writer.write_batch(arrow.RecordBatch.from_pylist(some, schema=schema))
            count += len(some)
    return count


def read_parquet(path: Path) -> Iterator[Row]:
    """Yield the rows of a Parquet file, whatever its columns are.

    Raises:
        SettingsInvalid: pyarrow is not installed.
        LogUnusable: the file cannot be read, or is none.
    """
    parquet, invalid = _load("pyarrow.parquet"), _load("pyarrow").ArrowInvalid
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_ROWS_AT_A_TIME):
                yield from batch.to_pylist()
    except (OSError, invalid) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise LogUnusable(f"cannot read {path}: {reason}") from error


def _load(name: str) -> Any:  # noqa: ANN401 (a module without types)
    try:
        return import_module(name)
    except ImportError as error:
        raise SettingsInvalid(
            "Parquet needs pyarrow: pip install 'personalizer-lab[parquet]'"
        ) from error


def _schema(arrow: Any) -> Any:  # noqa: ANN401 (a module without types)
    action = arrow.struct({"id": arrow.string(), "features": arrow.string()})
    observation = arrow.struct(
        {
            "event_id": arrow.string(),
            "value": arrow.float64(),
            "activation": arrow.bool_(),
            "slot": arrow.string(),
        }
    )
    return arrow.schema(
        {
            "event_id": arrow.string(),
            "slot_id": arrow.string(),
            "time": arrow.timestamp("us", "UTC"),
            "context": arrow.string(),
            "actions": arrow.list_(action),
            "order": arrow.list_(arrow.int32()),
            "probabilities": arrow.list_(arrow.float64()),
            "chosen": arrow.string(),
            "probability": arrow.float64(),
            "reward": arrow.float64(),
            "observed_reward": arrow.float64(),
            "observations": arrow.list_(observation),
            "learned": arrow.bool_(),
            "model": arrow.string(),
            "drop_probability": arrow.float64(),
            "learning_mode": arrow.string(),
            "version": arrow.string(),
        }
    )
