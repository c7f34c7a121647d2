"""Errors come back from a worker process as they were."""

from multiprocessing import Pipe

import pytest

from mock_service.errors import ApiError, StorageFailed


@pytest.mark.parametrize(
    "error",
    [
        ApiError("InvalidRankRequest", "Too much.", target="actions"),
        ApiError("InvalidModelImportFormat"),
        StorageFailed("disk full"),
    ],
)
def test_a_problem_survives_the_way_between_processes(error: ApiError) -> None:
    """With its code, status, message and target."""
    near, far = Pipe()
    near.send(error)
    again = far.recv()

    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)
