"""Every kind of visitor is shown a product of the shop, whatever is chosen for them."""

import pytest
from flask.testing import FlaskClient
from shop import PRODUCTS

from personalizer_lab import LocalPersonalizer

WEATHER = ("sun", "rain", "snow", "wind", "fog", "hail", "storm", "cloud")
DEVICES = ("phone", "tablet", "laptop", "desk", "kiosk", "tv")


@pytest.mark.parametrize("product", [str(product["id"]) for product in PRODUCTS])
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("weather", WEATHER)
def test_a_visitor_sees_the_choice_made_for_them(
    visitor: FlaskClient, personalizer: LocalPersonalizer, weather: str, device: str, product: str
) -> None:
    """And the Personalizer has seen this one visitor only."""
    personalizer.will_choose(product)

    page = visitor.get(f"/?weather={weather}&device={device}").json

    assert page is not None
    assert page["featured"] == product
    assert [decision.chosen for decision in personalizer.decisions] == [product]
