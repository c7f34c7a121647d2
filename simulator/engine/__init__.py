"""Running a scenario against a personalizer, and keeping what happened."""
