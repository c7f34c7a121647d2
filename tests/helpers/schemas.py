"""Holding what commands print for programs against the published schemas."""

import json

import jsonschema

from tests.helpers.command_line import Ended
from tests.helpers.servers import ROOT

SCHEMAS = ROOT / "docs" / "schemas"


def assert_keeps_schema(name: str, ended: Ended) -> None:
    """Hold what a command printed against the schema of `name`."""
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(ended.out), schema)
