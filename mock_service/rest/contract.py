"""Every operation of the contract, in the order in which routes are tried."""

from mock_service.rest import (
    configuration,
    evaluations,
    events,
    feature_importances,
    local_inference,
    logs,
    model,
    multislot,
    policy,
    rank,
)
from mock_service.rest.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *rank.OPERATIONS,
    *events.OPERATIONS,
    *multislot.OPERATIONS,
    *configuration.OPERATIONS,
    *policy.OPERATIONS,
    *model.OPERATIONS,
    *logs.OPERATIONS,
    *local_inference.OPERATIONS,
    *evaluations.OPERATIONS,
    *feature_importances.OPERATIONS,
)
"""What is asked most often comes first."""
