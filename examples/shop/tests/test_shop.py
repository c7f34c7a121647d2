"""What the shop does with its Personalizer."""

import pytest
from flask.testing import FlaskClient
from shop import PRODUCTS, create_app

from personalizer_lab import LocalPersonalizer


def test_the_chosen_product_is_featured(
    visitor: FlaskClient, personalizer: LocalPersonalizer
) -> None:
    """Whatever the Personalizer says."""
    personalizer.will_choose("umbrella")

    page = visitor.get("/?weather=rain").json

    assert page is not None
    assert page["featured"] == "umbrella"
    assert personalizer.decisions[0].context == [{"weather": "rain", "device": "unknown"}]


def test_a_click_is_rewarded(visitor: FlaskClient, personalizer: LocalPersonalizer) -> None:
    """With 1, for the event of the page."""
    page = visitor.get("/").json
    assert page is not None

    visitor.post(f"/click/{page['eventId']}")

    assert personalizer.decisions[0].rewards == (1.0,)
    assert personalizer.calls.where("reward")[0].json == {"value": 1.0}


def test_what_was_clicked_is_featured_more_often(
    visitor: FlaskClient, personalizer: LocalPersonalizer
) -> None:
    """The Personalizer has learned who likes what."""
    hat = PRODUCTS[1]
    personalizer.teach({"weather": "sun", "device": "phone"}, hat, 1.0, times=5)

    featured = [visitor.get("/?weather=sun&device=phone").json for _ in range(20)]

    assert sum(page is not None and page["featured"] == "sun hat" for page in featured) > 10


def test_a_busy_personalizer_is_asked_again(
    visitor: FlaskClient, personalizer: LocalPersonalizer
) -> None:
    """After the seconds it names, and with the same question."""
    busy = personalizer.fail("rank", status=429, retry_after=0, times=2)

    page = visitor.get("/").json

    assert page is not None
    assert page["eventId"] is not None
    assert busy.met == 2
    assert [call.status for call in personalizer.calls] == [429, 429, 201]
    assert len({call.body for call in personalizer.calls}) == 1


def test_the_shop_opens_without_its_personalizer(
    visitor: FlaskClient, personalizer: LocalPersonalizer
) -> None:
    """The first product is featured, and the visitor sees no error."""
    outage = personalizer.fail("rank", status=500)

    page = visitor.get("/").json

    assert page == {"featured": "rain coat", "eventId": None}
    assert outage.met == 1
    assert personalizer.decisions == ()


def test_a_click_that_cannot_be_reported_is_no_error(
    visitor: FlaskClient, personalizer: LocalPersonalizer
) -> None:
    """The visitor has done nothing wrong."""
    personalizer.fail("reward", drop="before", times=None)
    page = visitor.get("/").json
    assert page is not None

    click = visitor.post(f"/click/{page['eventId']}")

    assert click.json == {"counted": False}
    assert personalizer.decisions[0].rewards == ()


def test_nobody_clicked_in_time(visitor: FlaskClient, personalizer: LocalPersonalizer) -> None:
    """Ten minutes later, in no time, silence has become the default reward."""
    visitor.get("/")

    personalizer.advance("PT10M")

    assert personalizer.decisions[0].reward == 0.0


def test_the_environment_says_where_the_personalizer_is(
    personalizer: LocalPersonalizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it will in production."""
    for name, value in personalizer.environ.items():
        monkeypatch.setenv(name, value)

    assert create_app().test_client().get("/").status_code == 200
