"""The learning loop in plain Python: decisions, rewards, joining, settling."""
