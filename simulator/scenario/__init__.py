"""Scenario files: what they may say, reading them, finding them."""
