"""Every command in the guides is run, in order, and every test in them passes."""

from pathlib import Path

import pytest

from tests.helpers.guide_commands import Session, blocks, lines
from tests.helpers.servers import ROOT

GUIDES = sorted((ROOT / "docs").glob("*.md"))
SESSIONS = [
    guide for guide in GUIDES if not Path(__file__).with_name(f"test_{guide.stem}.py").exists()
]
"""Those whose commands no test of their own runs."""


@pytest.mark.parametrize("guide", SESSIONS, ids=lambda guide: guide.stem)
def test_a_guides_commands_run_in_their_order(guide: Path, tmp_path: Path) -> None:
    """In a folder that holds the guide's files, against the servers it starts."""
    text = guide.read_text(encoding="utf-8")

    with Session(tmp_path, text) as session:
        for block in blocks(text, "sh"):
            for line in lines(block):
                session.run(line)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_a_guides_python_is_python(guide: Path) -> None:
    """Also where it cannot be run here."""
    for block in blocks(guide.read_text(encoding="utf-8"), "python"):
        compile(block, guide.name, "exec")
