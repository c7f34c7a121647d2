"""Every operation of the contract, in the order in which routes are tried."""

from fastapi import APIRouter

from mock_service.rest import configuration, events, logs, model, multislot, policy, rank
from mock_service.rest.operations import Operation, add_operations

OPERATIONS: tuple[Operation, ...] = (
    *rank.OPERATIONS,
    *events.OPERATIONS,
    *multislot.OPERATIONS,
    *configuration.OPERATIONS,
    *policy.OPERATIONS,
    *model.OPERATIONS,
    *logs.OPERATIONS,
)
"""What is asked most often comes first."""


def contract_router() -> APIRouter:
    """Return the routes of the contract, every operation in every version."""
    router = APIRouter()
    add_operations(router, OPERATIONS)
    return router
