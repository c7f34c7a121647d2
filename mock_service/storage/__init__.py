"""The only room that knows SQLite: what happened and what was learned, kept over restarts."""
