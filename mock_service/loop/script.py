"""Choices told in advance, so that an application's own tests are deterministic."""

from collections import deque

from mock_service.errors import ControlRequestInvalid
from mock_service.loop.decision import RankRequest
from mock_service.loop.protocols import ActionSampler, Prediction
from mock_service.loop.ranking import sample_action as choose_by
from mock_service.loop.ranking import to_front, uniform_draw

MAX_CHOICES = 10_000


class ChoiceScript:
    """Decides the next choices; the rest is left to chance as always.

    A scripted action waits for a rank that offers it. It is chosen with the probability that the
    policy gives it, as if the dice had fallen that way, and that is what is recorded.
    """

    def __init__(self) -> None:
        self._lines: deque[str] = deque()
        self.seed: str | None = None
        """What chance depends on from now on, instead of the loop's own seed."""

    @property
    def unplayed(self) -> tuple[str, ...]:
        """The action ids that no rank has offered yet, next one first."""
        return tuple(self._lines)

    def add(self, *action_ids: str) -> None:
        """Let the next ranks that offer these actions choose them, one rank for each.

        Raises:
            ControlRequestInvalid: too many choices wait for a rank.
        """
        if len(self._lines) + len(action_ids) > MAX_CHOICES:
            raise ControlRequestInvalid(
                f"at most {MAX_CHOICES} choices can wait for the next ranks"
            )
        self._lines.extend(action_ids)

    def clear(self) -> None:
        """Leave everything to chance again."""
        self._lines.clear()
        self.seed = None

    def before(self, choose: ActionSampler) -> ActionSampler:
        """Return a chooser that asks this script first, and then `choose`."""
        lines = self._lines

        def choose_for(request: RankRequest, prediction: Prediction) -> Prediction:
            if lines and (index := self._index(request, prediction)) is not None:
                lines.popleft()
                return to_front(prediction, index)
            if self.seed is not None:
                return choose_by(prediction, uniform_draw(self.seed, request.event_id))
            return choose(request, prediction)

        return choose_for

    def _index(self, request: RankRequest, prediction: Prediction) -> int | None:
        """Return where the next scripted action is in `prediction`, if it is there."""
        eligible = [action for action in request.actions if action.id not in request.excluded]
        ids = [eligible[index].id for index in prediction.order]
        return ids.index(self._lines[0]) if self._lines[0] in ids else None
