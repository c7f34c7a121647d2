"""Offline evaluation: what another policy would have earned on the traffic already seen."""
