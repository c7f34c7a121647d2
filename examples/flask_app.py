"""A web application that recommends articles and learns from what its visitors do.

    pip install flask requests
    export PERSONALIZER_ENDPOINT=... PERSONALIZER_KEY=...     (the lines `serve` prints)
    flask --app examples/flask_app run --port 8000   (the Personalizer has 5000)

Ask for a recommendation, then say what the visitor did with it:

    curl -c jar -b jar localhost:8000/api/recommendations
    curl -c jar -b jar localhost:8000/api/reward \
        -H 'Content-Type: application/json' -d '{"action": "read"}'
"""

import os
import secrets
from datetime import datetime

import requests
from flask import Flask, jsonify, request, session
from flask.typing import ResponseReturnValue

TIMEOUT_SECONDS = 10
REWARDS = {"dismiss": 0.0, "view": 0.2, "read": 0.5, "complete": 0.8, "share": 1.0}
ARTICLES = [
    {"id": "article-tech-ai", "features": [{"category": "technology"}, {"readingTime": 5}]},
    {"id": "article-sports-football", "features": [{"category": "sports"}, {"readingTime": 3}]},
    {"id": "article-finance-stocks", "features": [{"category": "finance"}, {"readingTime": 6}]},
]

app = Flask(__name__)
app.secret_key = os.environ.get("FLASK_SECRET_KEY") or secrets.token_hex()


def call_personalizer(path: str, body: dict[str, object]) -> requests.Response:
    """POST to the Personalizer the environment names."""
    reply = requests.post(
        f"{os.environ['PERSONALIZER_ENDPOINT'].rstrip('/')}/personalizer/v1.0/{path}",
        json=body,
        headers={"Ocp-Apim-Subscription-Key": os.environ["PERSONALIZER_KEY"]},
        timeout=TIMEOUT_SECONDS,
    )
    reply.raise_for_status()
    return reply


def time_of_day(hour: int) -> str:
    """Name the part of the day of an hour from 0 to 23."""
    parts = ((5, "night"), (12, "morning"), (17, "afternoon"), (21, "evening"))
    return next((part for end, part in parts if hour < end), "night")


@app.get("/api/recommendations")
def recommend() -> ResponseReturnValue:
    """Choose an article for this visitor and remember the event."""
    now = datetime.now().astimezone()
    context = [
        {"deviceType": request.headers.get("User-Agent", "unknown")},
        {"timeOfDay": time_of_day(now.hour)},
        {"dayOfWeek": f"{now:%A}"},
        {"referrer": request.referrer or "direct"},
    ]
    answer = call_personalizer("rank", {"contextFeatures": context, "actions": ARTICLES}).json()
    session["event_id"] = answer["eventId"]
    return jsonify(
        recommended=answer["rewardActionId"], eventId=answer["eventId"], ranking=answer["ranking"]
    )


@app.post("/api/reward")
def reward() -> ResponseReturnValue:
    """Turn what the visitor did into a reward for the event."""
    data = request.get_json()
    event_id = data.get("eventId") or session.get("event_id")
    if not event_id:
        return jsonify(error="No recommendation to reward: ask for one first."), 400
    if data.get("action") not in REWARDS:
        return jsonify(error=f"`action` should be one of {', '.join(REWARDS)}."), 400
    value = REWARDS[data["action"]]
    call_personalizer(f"events/{event_id}/reward", {"value": value})
    return jsonify(success=True, reward=value)
