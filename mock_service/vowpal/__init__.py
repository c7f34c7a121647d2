"""The only room that knows Vowpal Wabbit: features, learning policies, models."""
