"""What the loop has learned, and when others get to see it."""

from collections.abc import Generator, Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from mock_service.loop.configuration import AGGREGATIONS, Configuration, LearningMode, Mode
from mock_service.loop.decision import Decision
from mock_service.loop.events import PendingEvent
from mock_service.loop.protocols import Learner, LearnerFactory, StateStore
from mock_service.loop.state import Checkpoint, LoopState, Models


class Trainer:
    """Keeps a learner taught and its model published on the beat of the exports."""

    def __init__(
        self, state: LoopState, factory: LearnerFactory, store: StateStore, start: Checkpoint
    ) -> None:
        """Start from a checkpoint.

        Raises:
            LearningPolicyInvalid: Vowpal Wabbit does not accept the state's policy.
        """
        self.state = state
        self.trained_events, self.version, self.modified = (
            start.trained_events,
            start.version,
            start.modified,
        )
        self.published_trained_events = start.published_trained_events
        self.next_export = state.exports_from + state.configuration.model_export_frequency
        self._factory, self._store = factory, store
        self._stored_trained_events = start.trained_events
        self._set_state(factory(state.policy, state.exploration, start.models))

    @property
    def models(self) -> Models:
        """Both models as Vowpal Wabbit writes them."""
        return self.learner.models()

    def learn(self, decision: Decision, reward: float, at: datetime) -> None:
        """Learn from one event; in quick mode ranks see it at once.

        An event beyond the learner's bound, as another policy may have decided it, counts and
        changes no weight.
        """
        if self._allows(decision.context, decision.actions):
            self.learner.learn(decision, reward)
        self.trained_events += 1
        if self.state.mode is _QUICK:
            self._publish(at)

    def repeat(self, decision: Decision, reward: float, at: datetime, times: int) -> None:
        """Learn from one event `times` times.

        Raises:
            ApiError: that is more than one request may ask.
        """
        self.check(decision.context, decision.actions, times)
        for _ in range(times):
            self.learn(decision, reward, at)

    def export_before(self, timestamp: datetime) -> None:
        """Publish if a beat of the export has passed; an event due on the beat comes along."""
        if self.next_export >= timestamp:
            return
        frequency = self.state.configuration.model_export_frequency
        behind = (self.next_export - timestamp) // frequency * frequency
        self.next_export -= behind
        if self.state.mode is Mode.AZURE and self._publish(self.next_export - frequency):
            self.checkpoint()

    def skip_exports_until(self, timestamp: datetime) -> None:
        """Go on at the first beat after `timestamp`: those until then have happened already."""
        frequency = self.state.configuration.model_export_frequency
        if self.next_export <= timestamp:
            self.next_export += ((timestamp - self.next_export) // frequency + 1) * frequency

    def begin(self, state: LoopState, models: Models) -> Learner:
        """Return a learner that goes on from `models` with `state`.

        Raises:
            LearningPolicyInvalid: Vowpal Wabbit does not accept the state's policy or the models.
        """
        return self._factory(state.policy, state.exploration, models)

    def retrain(
        self, state: LoopState, past: Iterable[PendingEvent], *, keeps_published: bool
    ) -> Generator[None, None, Learner]:
        """Return a learner that knows what the `past` teaches under `state`, an event a step.

        Raises:
            LearningPolicyInvalid: Vowpal Wabbit does not accept the state's policy.
        """
        published = self.models.published if keeps_published else b""
        learner = self.begin(state, Models(b"", published))
        allows = learner.bound.allows
        for event in past:
            decision = event.decision
            if event.is_trainable and allows(decision.context, decision.actions):
                learner.learn(decision, training_reward(event, state.configuration).reward)
            yield
        if keeps_published and published != (now_published := self.models.published):
            return self.begin(state, Models(learner.models().training, now_published))
        return learner

    def restart(self, state: LoopState, learner: Learner, at: datetime) -> None:
        """Go on with `state` and another learner."""
        self.state = state
        self._set_state(learner)
        self.version += 1
        self.modified = at
        self.checkpoint()

    def publish_now(self, at: datetime) -> None:
        """Publish what was learned, if it is not public yet, and keep it."""
        self._publish(at)
        self.checkpoint()

    def checkpoint_if_wanted(self) -> None:
        """Store the models if enough was learned since the last checkpoint."""
        if self._store.wants_checkpoint(self.trained_events - self._stored_trained_events):
            self.checkpoint()

    def checkpoint(self) -> None:
        """Store the models, so that a restart learns nothing twice."""
        self._stored_trained_events = self.trained_events
        self._store.checkpoint(
            Checkpoint(
                self.learner.models(),
                self.trained_events,
                self.published_trained_events,
                self.version,
                self.modified,
            )
        )

    def _set_state(self, learner: Learner) -> None:
        self.learner = learner
        self.check = learner.bound.check  # looked up once, as they are asked for at every visit
        self._allows = learner.bound.allows

    def _publish(self, at: datetime) -> bool:
        if not self.learner.publish():
            return False
        self.version += 1
        self.published_trained_events = self.trained_events
        self.modified = at
        return True


def exhaust(steps: Iterator[None]) -> None:
    """Take all steps at once."""
    for _ in steps:
        pass


class TrainingReward(Struct, frozen=True, gc=False):
    """The reward to learn from, and what the rewards came to that users gave."""

    reward: float
    joined: float


def training_reward(event: PendingEvent, configuration: Configuration) -> TrainingReward:
    """Return what was joined, and that to learn from, or 1 and 0 for imitating the baseline."""
    aggregate = AGGREGATIONS[configuration.reward_aggregation]
    joined = aggregate(event.rewards) if event.rewards else configuration.default_reward
    if event.decision.learning_mode is _APPRENTICE:
        return TrainingReward(float(event.decision.matches_baseline), joined)
    return TrainingReward(joined, joined)


def first_checkpoint(created: datetime) -> Checkpoint:
    """Return the checkpoint of a loop that has learned nothing."""
    return Checkpoint(Models(), 0, 0, 0, created)


_QUICK = Mode.QUICK  # these are looked up once, as they are asked for at every visit
_APPRENTICE = LearningMode.APPRENTICE
