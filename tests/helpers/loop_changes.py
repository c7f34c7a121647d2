"""Changes of a loop's settings, made in one go where the service makes them in steps."""

from mock_service.loop.configuration import Configuration
from mock_service.loop.learning_loop import LearningLoop
from mock_service.loop.training import exhaust


def configure(loop: LearningLoop, configuration: Configuration) -> None:
    """Replace a loop's configuration."""
    exhaust(loop.configure_in_steps(configuration))


def change_policy(loop: LearningLoop, arguments: str) -> None:
    """Replace a loop's learning policy."""
    exhaust(loop.change_policy_in_steps(arguments))
