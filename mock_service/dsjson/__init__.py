"""Logs: what was decided and what came of it, one JSON object a line (DSJSON)."""
