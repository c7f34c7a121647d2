"""How the loops of a server are made."""

from collections.abc import Callable
from dataclasses import dataclass

from mock_service.loop.null_store import NullStore
from mock_service.loop.state import LoopState, Models
from mock_service.settings import LoopSettings
from mock_service.storage.recovery import MakeTools


@dataclass(frozen=True, slots=True)
class LoopFactory:
    """How loops are made: the state of a new one, and what any of them works with."""

    new_state: Callable[[LoopSettings], LoopState]
    make_tools: MakeTools

    def check(self, settings: LoopSettings) -> None:
        """See whether a loop of these settings could begin.

        Raises:
            LearningPolicyInvalid: its policy is no preset, is unsafe or is refused.
        """
        state = self.new_state(settings)
        tools = self.make_tools(state, NullStore())
        tools.factory(state.policy, state.exploration, Models())
