"""The scenario file's format as JSON Schema, for editors that complete and check."""

from typing import Any

from simulator.scenario.model import Scenario

_WHAT_THE_PATH_SAYS = ("name", "folder")


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema of scenario files, version 1."""
    schema = Scenario.model_json_schema(by_alias=True)
    for key in _WHAT_THE_PATH_SAYS:
        del schema["properties"][key]
    schema["required"].remove("name")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "personalizer-lab scenario",
    }
