"""What the actions of many events take in memory, where most events share them."""

from sys import getsizeof

from mock_service.loop.decision import Action

ACTION_BYTES = 80
"""What an action takes besides its texts."""


class SharedActions:
    """Counts each text once, however many events hold it."""

    def __init__(self) -> None:
        self.bytes = 0
        """What all of them take."""
        self._requests: dict[int, int] = {}
        self._actions: dict[int, int] = {}

    def add(self, actions: tuple[Action, ...]) -> None:
        """Count the actions of one more event."""
        if _count_up(self._requests, id(actions)):
            for action in actions:
                if _count_up(self._actions, id(action)):
                    self.bytes += _size(action)

    def remove(self, actions: tuple[Action, ...]) -> None:
        """Count the actions of an event no more; it has to be alive still."""
        if _count_down(self._requests, id(actions)):
            for action in actions:
                if _count_down(self._actions, id(action)):
                    self.bytes -= _size(action)


def _count_up(counts: dict[int, int], key: int) -> bool:
    """Count one more, and return whether it is the first."""
    counts[key] = count = counts.get(key, 0) + 1
    return count == 1


def _count_down(counts: dict[int, int], key: int) -> bool:
    """Count one less, and return whether that was the last."""
    count = counts.pop(key) - 1
    if count:
        counts[key] = count
    return not count


def _size(action: Action) -> int:
    return ACTION_BYTES + getsizeof(action.id) + getsizeof(action.features)
