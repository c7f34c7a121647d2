"""``logs convert`` and ``logs export`` to tables: files in, files out."""

import gzip
import json
from pathlib import Path

import pyarrow.parquet
import pytest

from mock_service.tables.rows import COLUMNS
from personalizer_lab import simulate
from tests.helpers.command_line import command
from tests.helpers.field_logs import page_lines, to_log


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Return a log of 300 visits."""
    path = tmp_path / "news.dsjson"
    simulate("news", rounds=300, log=path)
    return path


def test_a_log_becomes_a_table_and_the_table_that_log(log: Path, tmp_path: Path) -> None:
    """The same bytes, and estimates as well."""
    there = command("logs", "convert", str(log), "--out", "log.parquet", folder=tmp_path)
    back = command("logs", "convert", "log.parquet", "--out", "again.dsjson", folder=tmp_path)
    table = pyarrow.parquet.read_table(tmp_path / "log.parquet")

    assert (there.code, back.code) == (0, 0)
    assert "log.parquet: 300 events" in there.err
    assert table.column_names == list(COLUMNS)
    assert (tmp_path / "again.dsjson").read_bytes() == log.read_bytes()
    assert (tmp_path / "log.parquet").stat().st_mode & 0o777 == 0o600


def test_pages_become_rows_and_rows_pages(tmp_path: Path) -> None:
    """A page has a row a slot, and the page is one line again."""
    (tmp_path / "pages.dsjson").write_text("\n".join(to_log(page_lines(30))))
    command("logs", "convert", "pages.dsjson", "--out", "pages.parquet", folder=tmp_path)
    command("logs", "convert", "pages.parquet", "--out", "again.dsjson", folder=tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "again.dsjson").read_text().splitlines()]

    assert len(lines) == 30
    assert all("_outcomes" in line for line in lines)


def test_a_data_folder_is_exported_as_a_table(log: Path, tmp_path: Path) -> None:
    """With the events it holds."""
    command("logs", "import", str(log), "--data-dir", "data", "--quiet", folder=tmp_path)
    words = ["logs", "export", "--data-dir", "data"]
    nowhere = command(*words, "--format", "parquet", folder=tmp_path)

    for out, options in (("out.parquet", []), ("other", ["--format", "parquet"])):
        assert command(*words, "--out", out, *options, folder=tmp_path).code == 0
        assert pyarrow.parquet.read_table(tmp_path / out).num_rows == 300
    assert nowhere.code == 2
    assert "--format parquet: expected a file, as --out log.parquet" in nowhere.err


def test_a_compressed_table_of_others_becomes_a_log_that_is_evaluated(tmp_path: Path) -> None:
    """A fair coin over two items, of which one is clicked."""
    rows = [f"{'ab'[n % 2]},0.5,{1 - n % 2},{n % 7}" for n in range(400)]
    with gzip.open(tmp_path / "clicks.csv.gz", "wt") as file:
        file.write("\n".join(["item,p,click,hour", *rows]))
    roles = ["--chosen", "item", "--probability", "p", "--reward", "click"]

    made = command("logs", "convert", "clicks.csv.gz", *roles, "--out", "c.dsjson", folder=tmp_path)
    judged = command("evaluate", "c.dsjson", "--json", "--quiet", folder=tmp_path)
    policies = {one["name"]: one for one in json.loads(judged.out)["policies"]}

    assert made.code == 0
    assert policies["online"]["mean_reward"]["value"] == 0.5
    assert policies["Baseline1"]["mean_reward"]["value"] == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["t.csv", "--out", "x"], "--chosen: expected the column of t.csv that has it"),
        (["t.csv", "--open-bandit", "--out", "x"], "t.csv: row 1: there is no column 'item_id'"),
        (["none.parquet", "--out", "x"], "No such file"),
        (["bad.parquet", "--out", "x"], "cannot read bad.parquet: "),
        (["gone.dsjson", "--out", "x"], "gone.dsjson"),
        (["t.csv", "--open-bandit", "--chosen", "a", "--out", "x"], "name no others"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(
    tmp_path: Path, words: list[str], problem: str
) -> None:
    """With exit code 2."""
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    (tmp_path / "bad.parquet").write_text("no table")
    before = sorted(tmp_path.iterdir())

    ended = command("logs", "convert", *words, folder=tmp_path)

    assert ended.code == 2
    assert problem in ended.err
    assert ended.err.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before
