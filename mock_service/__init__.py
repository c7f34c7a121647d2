"""A local Personalizer: the retired service's REST contract over a Vowpal Wabbit learner."""
