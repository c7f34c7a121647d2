"""Synthetic users: who comes, what pleases them, what they do, and what that is worth.

Everything here is drawn in blocks of visits, for all actions at once, and each purpose draws from a
generator of its own. So what a user would do with an action does not depend on which action is
shown, nor on the reward design or the exploration: common random numbers.
"""
