"""Experiments: many runs over a grid of settings and seeds, and what they say together."""
