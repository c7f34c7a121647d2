"""A visitor of a shop whose Personalizer is local, real, and new to every test."""

import pytest
from flask.testing import FlaskClient
from shop import create_app

from personalizer_lab import LocalPersonalizer


@pytest.fixture
def visitor(personalizer: LocalPersonalizer) -> FlaskClient:
    """Visit the shop."""
    return create_app(personalizer.endpoint, personalizer.key).test_client()
