"""Policies that a user wrote in Python: found by their name, checked, and asked as any other."""
