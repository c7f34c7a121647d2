"""The simulator: synthetic users, the runs they make, and reports of how it went.

Internal: users import what is public from ``personalizer_lab``.
"""
