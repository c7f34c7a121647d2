"""Holding what commands print for programs against the published schemas."""

import json
from typing import Any

import jsonschema

from tests.helpers.command_line import Ended
from tests.helpers.servers import ROOT

_SCHEMAS = ROOT / "docs" / "schemas"


def assert_keeps_schema(name: str, ended: Ended) -> Any:  # noqa: ANN401 (what JSON can hold)
    """Hold what a command printed against the schema of `name`, and return it."""
    schema = json.loads((_SCHEMAS / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    printed = json.loads(ended.out)
    jsonschema.validate(printed, schema)
    return printed
