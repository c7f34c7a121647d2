"""Who is chosen: one draw that depends on the event, and the swap it makes."""

from hashlib import blake2b
from typing import TypeVar

from mock_service.errors import ApiError
from mock_service.loop.decision import RankRequest
from mock_service.loop.protocols import ActionSampler, Prediction

_DRAW_BYTES = 8
_LEAST_SUM = 0.9
_T = TypeVar("_T")


def uniform_draw(seed: str, event_id: str) -> float:
    """Return a number in [0, 1) that depends on nothing but the loop's seed and the event id.

    The same event id, model and request give the same choice, as the service promises. 53 bits
    are used, as many as a double holds.
    """
    return _draw(_start_digest(seed), event_id)


def seeded_sampler(seed: str) -> ActionSampler:
    """Return a chooser whose draws depend on nothing but `seed` and the event's id."""
    begun = _start_digest(seed)

    def choose_for(request: RankRequest, prediction: Prediction) -> Prediction:
        return sample_action(prediction, _draw(begun, request.event_id))

    return choose_for


def _start_digest(seed: str) -> blake2b:
    """Return the digest of what all draws of a seed have in common."""
    return blake2b(f"{seed}\n".encode(errors="surrogatepass"), digest_size=_DRAW_BYTES)


def _draw(begun: blake2b, event_id: str) -> float:
    digest = begun.copy()
    digest.update(event_id.encode("utf-8", "surrogatepass"))
    return (int.from_bytes(digest.digest(), "big") >> 11) * 2.0**-53


def in_request_order(prediction: Prediction) -> Prediction:
    """Return the prediction in the order of the request, the baseline in front."""
    probabilities = dict(zip(prediction.order, prediction.probabilities, strict=True))
    order = tuple(range(len(probabilities)))
    return Prediction(order, tuple([probabilities[index] for index in order]))


def sample_action(prediction: Prediction, draw: float) -> Prediction:
    """Sample an action with a uniform `draw` in [0, 1) and swap it with the one in front.

    It is the one whose share of the cumulative distribution holds `draw`. Single-precision
    probabilities may sum to a little less than 1; what is missing belongs to the last action that
    has a chance at all.

    Raises:
        ApiError: ModelRankingError, when much is missing: a policy without features may give
            no action a chance.
    """
    probabilities = prediction.probabilities
    if draw < probabilities[0]:
        return prediction
    below = 0.0
    last = 0
    for index, probability in enumerate(probabilities):
        below += probability
        if draw < below:
            return to_front(prediction, index)
        if probability > 0.0:
            last = index
    if not below > _LEAST_SUM:
        raise ApiError("ModelRankingError")
    return to_front(prediction, last)


def to_front(prediction: Prediction, index: int) -> Prediction:
    """Swap the action at `index` with the one in front."""
    if index == 0:
        return prediction
    return Prediction(
        _swap_first(prediction.order, index), _swap_first(prediction.probabilities, index)
    )


def _swap_first(values: tuple[_T, ...], index: int) -> tuple[_T, ...]:
    return (values[index], *values[1:index], values[0], *values[index + 1 :])
