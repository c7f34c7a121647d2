"""Several slots on one page, each with an action of its own."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from simulator.scenario.fields import Amount, Features, Name, Share, Table


class SlotSpec(Table):
    """A place on the page: what an application would show there, and how it is looked at."""

    id: Name
    features: list[Features] = Field(default_factory=list)
    baseline: Name
    """The action that the application shows there by itself; every slot has another."""
    excluded: list[Name] = Field(default_factory=list)
    """Actions that must not be shown there."""
    attention: Share = 1.0
    """How much of what an action would please is left of it in this place."""
    by_action: dict[Name, Share] = Field(default_factory=dict)
    """Attention to some actions that is not the slot's."""
    value: Amount = 1.0
    """What the outcomes' values count for in this place."""

    def attention_to(self, action_id: str) -> float:
        """Return how much of an action's pleasure is left in this place."""
        return self.by_action.get(action_id, self.attention)


class ExaminationKind(StrEnum):
    """How users look at a page."""

    ATTENTION = "attention"
    """A slot's attention is how much of a taste is left there."""
    INDEPENDENT = "independent"
    """Every slot is looked at, whatever stands above."""
    POSITION = "position"
    """A slot's attention is the chance that it is looked at."""
    CASCADE = "cascade"
    """From the top down, until something is clicked; attention is the chance to look further."""
    CHOICE = "choice"
    """One slot at most is clicked, by a logit choice; attention weighs its odds."""


class PageSpec(Table):
    """How the page as a whole is used."""

    examination: ExaminationKind = ExaminationKind.ATTENTION
    """How users look at it; a click is the first outcome of the scenario."""

    viewed: Annotated[Share, Field(gt=0)] = 1.0
    """The share of pages that users get to see: others are prepared in vain. Below 1 the page is
    ranked deferred, and activated when it is seen."""
