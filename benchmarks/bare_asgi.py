"""The limit of the server itself: an ASGI function that decodes the body and echoes ids."""

import sys
from typing import Any

import msgspec
import uvicorn


class _Action(msgspec.Struct):
    id: str
    features: msgspec.Raw


class _Body(msgspec.Struct, rename="camel"):
    actions: list[_Action]
    event_id: str


_DECODER = msgspec.json.Decoder(_Body)


async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 (as ASGI has it)
    """Answer a rank with a reply of the shape of a real one, and anything else with 204."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    is_rank = scope["path"].endswith("/rank")
    content = _answer(_DECODER.decode(body)) if is_rank else b""
    headers = [(b"content-length", b"%d" % len(content)), (b"content-type", b"application/json")]
    await send(
        {"type": "http.response.start", "status": 201 if is_rank else 204, "headers": headers}
    )
    await send({"type": "http.response.body", "body": content})


def _answer(body: _Body) -> bytes:
    probability = 1 / len(body.actions)
    ranking = [{"id": action.id, "probability": probability} for action in body.actions]
    answer = {"ranking": ranking, "eventId": body.event_id, "rewardActionId": ranking[0]["id"]}
    return msgspec.json.encode(answer)


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False, lifespan="off")
