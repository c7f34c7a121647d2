"""A file is one idea that can be finished in a sitting."""

from tests.helpers.servers import ROOT

MAX_LINES = 300
FOLDERS = ("mock_service", "simulator", "scenarios", "tests", "benchmarks", "examples")


def test_no_file_is_longer_than_300_lines() -> None:
    """Neither code nor data nor tests."""
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.*")]
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in files
        if path.suffix in {".py", ".toml"}
    }

    assert len(lengths) > 50
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}
