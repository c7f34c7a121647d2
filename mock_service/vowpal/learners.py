"""The two kinds of model, and which one a policy asks for."""

from pathlib import Path
from typing import Protocol

from mock_service.loop.protocols import Learner
from mock_service.vowpal.model import VowpalModel
from mock_service.vowpal.policy_arguments import is_multi_slot
from mock_service.vowpal.slot_model import VowpalSlotModel


class Model(Learner, Protocol):
    """A model with its policy: a learner that answers with all it has learned."""

    def snapshot(self) -> bytes:
        """Return what another model goes on from; empty may be one that is untrained."""

    def close(self) -> None:
        """Give back what the model holds; happens by itself with the last reference to it."""


def open_model(arguments: str, model: bytes | Path = b"") -> Model:
    """Return the kind of model that `arguments` ask for, from `model` or untrained.

    Raises:
        LearningPolicyInvalid: Vowpal Wabbit does not accept `arguments`.
    """
    if is_multi_slot(arguments):
        return VowpalSlotModel(arguments, model)
    return VowpalModel(arguments, model)
