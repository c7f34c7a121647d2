"""The limit of HTTP: plain FastAPI routes that only validate the body and echo ids."""

import sys

import uvicorn
from fastapi import FastAPI

from mock_service.rest.schemas import (
    RankedActionBody,
    RankRequestBody,
    RankResponseBody,
    RewardRequestBody,
)

app = FastAPI()


@app.post("/personalizer/v1.0/rank", status_code=201)
async def rank(body: RankRequestBody) -> RankResponseBody:
    """Answer a validated body with a reply of the same shape as a real ranking."""
    actions = [action for action in body.actions if action is not None]
    return RankResponseBody.model_construct(
        ranking=[
            RankedActionBody.model_construct(id=action.id, probability=1 / len(actions))
            for action in actions
        ],
        event_id=body.event_id or "",
        reward_action_id=actions[0].id,
    )


@app.post("/personalizer/v1.0/events/{event_id}/reward", status_code=204)
async def reward(event_id: str, body: RewardRequestBody) -> None:
    """Take a validated reward, and do nothing with it."""


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
