"""The scenario file to start from."""

from pathlib import Path

TEMPLATE = (Path(__file__).parent / "template.toml").read_text(encoding="utf-8")
