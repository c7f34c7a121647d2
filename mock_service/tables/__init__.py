"""Logs as tables: a row a decision, from and to Parquet, and from tables of others."""
