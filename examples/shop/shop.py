"""A shop front: it features one product on every page, and learns from what is clicked.

    pip install flask requests
    export PERSONALIZER_ENDPOINT=... PERSONALIZER_KEY=...     (the lines `serve` prints)
    flask --app examples/shop/shop run

A shop must open without its Personalizer too: a rank that fails is tried again when the service
says so, and then the first product is featured and nothing is learned from that page.
"""

import os

import requests
from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from requests.adapters import HTTPAdapter
from urllib3 import Retry

TIMEOUT_SECONDS = 2
PRODUCTS = [
    {"id": "rain coat", "features": [{"kind": "clothes"}, {"price": "high"}]},
    {"id": "sun hat", "features": [{"kind": "clothes"}, {"price": "low"}]},
    {"id": "umbrella", "features": [{"kind": "accessories"}, {"price": "low"}]},
    {"id": "garden chair", "features": [{"kind": "furniture"}, {"price": "high"}]},
]
RETRY = Retry(total=3, status_forcelist=[429], allowed_methods=["POST"], backoff_factor=0.1)


class Recommendations:
    """The shop's side of a Personalizer."""

    def __init__(self, endpoint: str, key: str) -> None:
        self._base = f"{endpoint.rstrip('/')}/personalizer/v1.0"
        self._session = requests.Session()
        self._session.headers["Ocp-Apim-Subscription-Key"] = key
        self._session.mount(self._base, HTTPAdapter(max_retries=RETRY))

    def feature(self, context: dict[str, object]) -> tuple[str, str | None]:
        """Return the product to feature, and the event to reward; None when nobody was asked."""
        body = {"contextFeatures": [context], "actions": PRODUCTS}
        try:
            answer = self._post("/rank", body).json()
        except requests.RequestException:
            return str(PRODUCTS[0]["id"]), None
        return answer["rewardActionId"], answer["eventId"]

    def reward(self, event_id: str, value: float) -> bool:
        """Report how well an event's product did; False when that could not be said."""
        try:
            self._post(f"/events/{event_id}/reward", {"value": value})
        except requests.RequestException:
            return False
        return True

    def _post(self, path: str, body: object) -> requests.Response:
        reply = self._session.post(self._base + path, json=body, timeout=TIMEOUT_SECONDS)
        reply.raise_for_status()
        return reply


def create_app(endpoint: str | None = None, key: str | None = None) -> Flask:
    """Return the shop; endpoint and key come from the environment when they are not given."""
    app = Flask(__name__)
    recommendations = Recommendations(
        endpoint or os.environ["PERSONALIZER_ENDPOINT"], key or os.environ["PERSONALIZER_KEY"]
    )

    @app.get("/")
    def front() -> ResponseReturnValue:
        """Feature a product for this visitor."""
        context: dict[str, object] = {
            "weather": request.args.get("weather", "unknown"),
            "device": request.args.get("device", "unknown"),
        }
        product, event_id = recommendations.feature(context)
        return jsonify(featured=product, eventId=event_id)

    @app.post("/click/<event_id>")
    def click(event_id: str) -> ResponseReturnValue:
        """The featured product was clicked."""
        return jsonify(counted=recommendations.reward(event_id, 1.0))

    return app
