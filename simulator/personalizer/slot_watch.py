"""What a policy thought of each slot when it filled a page, whatever was drawn then."""

from typing import NamedTuple

from mock_service.loop.decision import RankRequest
from mock_service.loop.protocols import ActionSampler, Prediction


class WatchedSlot(NamedTuple):
    """Ids of the actions of one decision as they were ranked, the drawn one first.

    ``favourite`` is the most probable of them, and empty where several are equally probable.
    """

    ids: tuple[str, ...]
    probabilities: tuple[float, ...]
    favourite: str


class SlotWatch:
    """Draws as another sampler does, and notes what each decision was about."""

    def __init__(self, draw: ActionSampler) -> None:
        self._draw = draw
        self.slots: list[WatchedSlot] = []

    def __call__(self, request: RankRequest, prediction: Prediction) -> Prediction:
        """Return the prediction with an action in front that was drawn."""
        actions = request.actions
        highest, *others = prediction.probabilities
        alone = not others or highest > others[0]
        drawn = self._draw(request, prediction)
        self.slots.append(
            WatchedSlot(
                tuple([actions[index].id for index in drawn.order]),
                drawn.probabilities,
                actions[prediction.order[0]].id if alone else "",
            )
        )
        return drawn
