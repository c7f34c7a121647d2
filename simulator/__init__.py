"""The guest: synthetic users, the runs they make, and reports of how it went."""
