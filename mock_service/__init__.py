"""The service: the retired service's REST contract over a Vowpal Wabbit learner.

Internal: users import what is public from ``personalizer_lab``.
"""
