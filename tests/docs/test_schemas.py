"""The outputs for programs are what their schemas say."""

import json
from pathlib import Path

import jsonschema
import pytest

from tests.helpers.command_line import command
from tests.helpers.field_logs import online_lines, page_lines, to_log
from tests.helpers.servers import ROOT

SCHEMAS = ROOT / "docs" / "schemas"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--fast"],
        ["--policy", "quick"],
        ["--search", "--trials", "8", "--workers", "1", "--policy", "quick"],
    ],
)
def test_an_evaluation_is_what_its_schema_says(tmp_path: Path, arguments: list[str]) -> None:
    """With and without a model, a policy that learns and a search."""
    log = tmp_path / "log.dsjson"
    log.write_text("\n".join([*to_log(online_lines(600)), "damaged"]))
    schema = json.loads((SCHEMAS / "evaluate.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)

    output = json.loads(command("evaluate", str(log), "--json", *arguments).out)

    jsonschema.validate(output, schema)
    assert output["damaged_lines"][0]["line"] == 601


def test_an_evaluation_of_pages_is_what_its_schema_says(tmp_path: Path) -> None:
    """Multi-slot events bring a part of their own."""
    log = tmp_path / "log.dsjson"
    log.write_text("\n".join(to_log(page_lines(200))))
    schema = json.loads((SCHEMAS / "evaluate.schema.json").read_text())

    output = json.loads(command("evaluate", str(log), "--json", "--fast").out)

    jsonschema.validate(output, schema)
    assert output["pages"]["pages"] == 200
    assert "first slot of each" in " ".join(output["verdict"])
