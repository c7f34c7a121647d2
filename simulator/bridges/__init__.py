"""Scenarios as other laboratories know them: environments of coba and of Gymnasium."""
