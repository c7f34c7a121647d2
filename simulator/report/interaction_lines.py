"""One line of a record: an interaction with the hidden truth."""

import json
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat
from pydantic import model_validator as validator

from simulator.model import (
    Interaction,
    OfferedAction,
    OfferedSlot,
    PotentialOutcomes,
    Recommendation,
    Visit,
)

_Numbers = list[FiniteFloat]
_Moment = Annotated[float, Field(ge=0, le=3.2e9)]
COMPACT = (",", ":")


class RunKey(NamedTuple):
    """Which run a record is of."""

    scenario: str
    seed: int
    reward_design: str
    reward_delay: float | None = None
    """How long after a visit its rewards may come, in seconds; None where that is not known."""


class _RecordLine(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ActionLine(_RecordLine):
    """An action that was offered."""

    id: Annotated[str, Field(min_length=1)]
    features: list[dict[str, Any]]


class TruthLine(_RecordLine):
    """What would have come of each action that was offered, in their order.

    ``arrivals`` are the rewards that would have arrived: seconds after the visit, and how much.
    """

    expected_values: _Numbers
    values: _Numbers
    rewards: _Numbers
    outcomes: dict[str, _Numbers]
    arrivals: list[list[tuple[_Moment, FiniteFloat]]]
    lost: list[int]
    repeated: list[int]

    def columns(self) -> list[int]:
        """Return for how many actions each part speaks."""
        metrics = [self.expected_values, self.values, self.rewards, *self.outcomes.values()]
        counts = [len(self.arrivals), len(self.lost), len(self.repeated)]
        return [*counts, *(len(part) for part in metrics)]


class SlotLine(_RecordLine):
    """A slot of a page, as the personalizer saw it."""

    id: Annotated[str, Field(min_length=1)]
    features: list[dict[str, Any]]
    baseline: str
    excluded: list[str]

    def slot(self) -> OfferedSlot:
        """Return the slot as the engine knows it."""
        return OfferedSlot(self.id, _text(self.features), self.baseline, tuple(self.excluded))


class InteractionLine(_RecordLine):
    """One line of a record; ``moment`` is in seconds since the simulation began.

    A page has a line for each ``slot``, one after the other. Its ``ranking`` is of the actions the
    slot was chosen from, and empty where their probabilities were not told; where the page was not
    ``viewed``, nothing came of it.
    """

    scenario: str
    seed: int
    reward_design: str
    event_id: str
    visit: Annotated[int, Field(ge=0)]
    moment: _Moment
    profile: str
    context: list[dict[str, Any]]
    actions: Annotated[list[ActionLine], Field(min_length=1)]
    chosen: str
    ranking: list[tuple[str, FiniteFloat]]
    outcomes: dict[str, FiniteFloat]
    reward: FiniteFloat
    value: FiniteFloat
    expected_value: FiniteFloat
    truth: TruthLine
    reward_delay: _Moment | None = None
    slot: SlotLine | None = None
    viewed: bool = True

    @validator(mode="after")
    def _fits(self) -> Self:
        ids = [action.id for action in self.actions]
        if any(count != len(ids) for count in self.truth.columns()):
            raise ValueError(f"expected a truth about {len(ids)} actions")
        ranked = sorted(id_ for id_, _ in self.ranking)
        is_part = len(set(ranked)) == len(ranked) and set(ranked) <= set(ids)
        if ranked != sorted(ids) if self.slot is None else not is_part:
            raise ValueError("expected a ranking of the actions")
        named = {self.chosen, self.slot.baseline, *self.slot.excluded} if self.slot else set()
        if not named <= set(ids):
            raise ValueError("expected what a slot names among the actions")
        return self

    @property
    def label(self) -> RunKey:
        """Which run the line is of."""
        return RunKey(self.scenario, self.seed, self.reward_design, self.reward_delay)

    def interaction(self) -> Interaction:
        """Return the interaction as the engine knows it."""
        actions = tuple(OfferedAction(action.id, _text(action.features)) for action in self.actions)
        position = {action.id: index for index, action in enumerate(actions)}
        order = tuple([position[id_] for id_, _ in self.ranking]) or (position[self.chosen],)
        probabilities = tuple([probability for _, probability in self.ranking])
        offset = timedelta(seconds=self.moment)
        return Interaction(
            self.event_id,
            Visit(self.visit, self.profile, _text(self.context), actions, offset),
            Recommendation(order, probabilities),
            self.outcomes,
            self.reward,
            self.value,
            PotentialOutcomes(
                tuple(self.truth.expected_values),
                tuple(self.truth.values),
                tuple(self.truth.rewards),
                {name: tuple(amounts) for name, amounts in self.truth.outcomes.items()},
                tuple(
                    tuple((timedelta(seconds=late), value) for late, value in action)
                    for action in self.truth.arrivals
                ),
                tuple(self.truth.lost),
                tuple(self.truth.repeated),
            ),
            None if self.slot is None else self.slot.slot(),
            self.viewed,
        )


def to_line(interaction: Interaction, label: RunKey) -> InteractionLine:
    """Return an interaction as a line of a record."""
    visit, recommendation, truth = interaction.visit, interaction.recommendation, interaction.truth
    ids = [action.id for action in visit.actions]
    slot = interaction.slot
    ranked = zip(recommendation.order, recommendation.probabilities, strict=not slot)
    shown = recommendation.order[0]
    arrivals = [[(late.total_seconds(), value) for late, value in one] for one in truth.arrivals]
    return InteractionLine.model_construct(
        **label._asdict(),
        event_id=interaction.event_id,
        visit=visit.number,
        moment=visit.offset.total_seconds(),
        profile=visit.profile,
        context=json.loads(visit.context),
        actions=[{"id": a.id, "features": json.loads(a.features)} for a in visit.actions],
        chosen=ids[shown],
        ranking=[(ids[index], probability) for index, probability in ranked],
        outcomes=interaction.outcomes,
        reward=interaction.reward,
        value=interaction.value,
        expected_value=truth.expected_values[shown],
        truth={**truth._asdict(), "arrivals": arrivals},
        slot=None if slot is None else {**asdict(slot), "features": json.loads(slot.features)},
        viewed=interaction.viewed,
    )


def _text(features: list[dict[str, Any]]) -> str:
    return json.dumps(features, separators=COMPACT)
