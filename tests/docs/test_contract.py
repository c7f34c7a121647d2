"""The contract's coverage table is true, and the commands beside it run."""

import re
import shlex
from pathlib import Path

import pytest

from mock_service.rest.contract import OPERATIONS
from mock_service.rest.versions import ALL
from tests.helpers.command_line import command
from tests.helpers.servers import ARTICLES, ROOT, served, served_by_command
from tests.mock_service.rest.test_models_in_and_out import teach

TEXT = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")
ROW = re.compile(r"\| `(\w+) (/\S+)` \|" + r"( x | )\|" * len(ALL))
COMMANDS = [
    shlex.split(line)[1:]
    for block in re.findall(r"```sh\n(.*?)```", TEXT, flags=re.DOTALL)
    for line in block.splitlines()
]


def test_the_table_says_what_the_routes_are() -> None:
    """Every operation in every version, and no others."""
    written = {
        (method, path, version)
        for method, path, *crosses in ROW.findall(TEXT)
        for version, cross in zip(ALL, crosses, strict=True)
        if cross == " x "
    }
    served_routes = {
        (operation.method, operation.path.replace(":path", ""), version)
        for operation in OPERATIONS
        for version in operation.versions
    }

    assert written == served_routes


def test_the_commands_about_models_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other, in a folder with a model."""
    monkeypatch.setenv("PERSONALIZER_LAB_FOLDER", str(tmp_path))
    with served() as endpoint:
        teach(endpoint)
        model = endpoint.send("GET", "/personalizer/v1.0/model").content
    (tmp_path / "model.vw").write_bytes(model)
    for arguments in [line for line in COMMANDS if line[0] == "model"]:
        there = [str(tmp_path / word) if "." in word else word for word in arguments]
        ended = command(*there)

        assert (ended.code, bool(ended.out)) == (0, True), ended.err


@pytest.mark.parametrize("arguments", [c for c in COMMANDS if c[0] == "serve"], ids=" ".join)
def test_a_serve_command_serves(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a free port, so as not to disturb what runs here."""
    monkeypatch.setenv("PERSONALIZER_LAB_FOLDER", str(tmp_path))
    options = [option for option in arguments[1:] if option not in {"--port", "5000"}]

    with served_by_command(*options) as endpoint:
        if "--tls" in options:
            assert endpoint.url.startswith("https://")
        else:
            assert endpoint.rank({"actions": ARTICLES}).status_code == 201
