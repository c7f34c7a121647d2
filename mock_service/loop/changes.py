"""Changing a loop: its configuration and its policy, and learning its history anew for them."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import replace

from mock_service.clock import Clock, days_before
from mock_service.loop.configuration import Configuration
from mock_service.loop.dependencies import Store
from mock_service.loop.model_operations import ModelOperations
from mock_service.loop.state import LoopState


class LoopChanges(ModelOperations):
    """What of a learning loop changes its settings."""

    _clock: Clock
    _store: Store

    @abstractmethod
    def _set_state(self, state: LoopState) -> None:
        """Go on with other settings, and keep them."""

    @property
    def configuration(self) -> Configuration:
        """The service configuration."""
        return self._state.configuration

    def configure_in_steps(self, configuration: Configuration) -> Iterator[None]:
        """Replace the configuration, an event a step, and retrain if events now teach otherwise.

        Nothing shows before the last step; the published model answers until the next export.
        """
        self.settle()
        before = self.configuration
        is_same_rate = self._state.exploration == configuration.exploration
        if not (is_same_rate and before.same_training_as(configuration)):
            yield from self._retrain(
                lambda state: replace(state, configuration=configuration, policy_exploration=None),
                keeps_published=True,
            )
        now = self._clock.now()
        state = replace(
            self._state,
            configuration=replace(configuration, last_edited=now),
            policy_exploration=None,
        )
        if before.model_export_frequency != configuration.model_export_frequency:
            state = replace(state, exports_from=now)
            self._trainer.next_export = now + configuration.model_export_frequency
        self._set_state(state)

    def change_policy_in_steps(
        self, arguments: str, exploration: float | None = None
    ) -> Iterator[None]:
        """Replace the learning policy and retrain, an event a step: weights are of one policy.

        Nothing shows before the last step. `exploration` is the rate that comes with the policy,
        if it names one; it is in effect until the configuration is set again.

        Raises:
            LearningPolicyInvalid: Vowpal Wabbit does not accept it; the old one stays.
        """
        self.settle()
        yield from self._retrain(
            lambda state: replace(state, policy=arguments, policy_exploration=exploration)
        )

    def _retrain(
        self, change: Callable[[LoopState], LoopState], *, keeps_published: bool = False
    ) -> Iterator[None]:
        """Learn the recent past as the changed state would have; then all changes at once.

        What settles meanwhile is learned as well, and another change begins it anew.
        """
        begun = None
        while begun is not self._state:
            begun = self._state
            state = change(begun)
            days = begun.configuration.model_retrain_days
            past = self._store.history(days_before(self._clock.now(), days))
            learner = yield from self._trainer.retrain(state, past, keeps_published=keeps_published)
        self._trainer.restart(state, learner, self._clock.now())
        self._set_state(state)
