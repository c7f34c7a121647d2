"""The layer before the service: it carries out what was ordered to happen to calls."""

import asyncio

from pydantic import BaseModel, ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_service.emulator.buffering import BufferedRequest, buffer_request, capture_response
from mock_service.emulator.connection import find_transport, until_gone
from mock_service.emulator.fault_responses import (
    fault_response,
    held_back_too_many,
    throttled_response,
)
from mock_service.emulator.faults import ActiveFault, Drop, Fault
from mock_service.emulator.interception import Interception
from mock_service.emulator.operations import find_operation
from mock_service.rest.responses import empty_reply
from mock_service.rest.schemas import MAX_ID_LENGTH, RewardRequestBody, SlotsRewardRequestBody

_CUT_STATUS_LINE = b"HTTP/1.1 20"
"""What is sent of a reply without a body; a whole status line would pass with some clients."""

_LATE_BODIES: dict[str, type[BaseModel]] = {
    "reward": RewardRequestBody,
    "multislot_reward": SlotsRewardRequestBody,
}
"""What the service looks at before it acknowledges."""


class FaultMiddleware:
    """An ASGI layer that is not there until something is ordered."""

    def __init__(self, app: ASGIApp, interception: Interception) -> None:
        self._app = app
        self._interception = interception

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or let happen to it what was ordered."""
        if scope["type"] != "http" or self._interception.is_idle:
            await self._app(scope, receive, send)
            return
        await self._interception.held.run_due(self._interception.clock.now())
        operation = find_operation(scope["method"], scope["path"])
        if operation is None:
            await self._app(scope, receive, send)
        elif seconds := self._interception.throttle.wait_seconds(self._interception.clock.now()):
            await self._throttle(operation, seconds, (scope, receive, send))
        elif met := self._interception.faults.match(operation):
            await self._disturb(operation, met, (scope, receive, send))
        else:
            await self._app(scope, receive, send)

    async def _throttle(
        self, operation: str, seconds: int, exchange: tuple[Scope, Receive, Send]
    ) -> None:
        scope, receive, send = exchange
        await buffer_request(scope, receive)
        rate = self._interception.throttle.rate
        if rate is not None:
            await throttled_response(operation, seconds, rate)(scope, receive, send)

    async def _disturb(
        self, operation: str, met: ActiveFault, exchange: tuple[Scope, Receive, Send]
    ) -> None:
        scope, receive, send = exchange
        request = await buffer_request(scope, receive)
        seconds = met.waiting_seconds()
        if seconds and not await self._wait(seconds, scope, receive):
            return
        disturbance = _Disturbance(operation, met.fault, request, self._app, self._interception)
        await disturbance.apply(receive, send)

    async def _wait(self, seconds: float, scope: Scope, receive: Receive) -> bool:
        """Wait, and say whether the call is still of interest: not after its client or a reset."""
        resets = self._interception.resets
        try:
            async with asyncio.timeout(seconds):
                await until_gone(receive)
        except TimeoutError:
            if self._interception.resets == resets:
                return True
            find_transport(scope).abort()
        return False


class _Disturbance:
    """One call that meets one fault."""

    def __init__(
        self,
        operation: str,
        fault: Fault,
        request: BufferedRequest,
        app: ASGIApp,
        interception: Interception,
    ) -> None:
        self._operation = operation
        self._fault = fault
        self._request = request
        self._app = app
        self._interception = interception

    async def apply(self, receive: Receive, send: Send) -> None:
        """Do what the fault says."""
        fault = self._fault
        if fault.status is not None:
            await fault_response(self._operation, fault)(self._request.scope, receive, send)
        elif fault.drop is not None:
            await self._drop(fault.drop, receive)
        elif fault.truncate is not None:
            await self._truncate(fault.truncate, receive, send)
        elif fault.late is not None:
            await self._acknowledge(receive, send)
        else:
            await self._handle(fault.duplicate or 1, send)

    async def _drop(self, drop: Drop, receive: Receive) -> None:
        if drop is Drop.AFTER:
            await capture_response(self._request, self._app)
        find_transport(self._request.scope).abort()
        await until_gone(receive)

    async def _truncate(self, size: int, receive: Receive, send: Send) -> None:
        reply = await capture_response(self._request, self._app)
        transport = find_transport(self._request.scope)
        if reply.body:
            part = reply.body[: min(size, len(reply.body) - 1)]
            await send(reply.start)
            await send({"type": "http.response.body", "body": part, "more_body": True})
        else:
            transport.write(_CUT_STATUS_LINE)
        transport.close()
        await until_gone(receive)

    async def _acknowledge(self, receive: Receive, send: Send) -> None:
        """Say 204 to what is valid, and hold it back; what is not valid is refused as always."""
        late = self._fault.late
        if late is None or not self._valid():
            await self._handle(1, send)
            return
        if self._interception.held.is_full:
            await held_back_too_many()(self._request.scope, receive, send)
            return
        self._interception.held.add(self._request, self._app, self._interception.clock.now() + late)
        await empty_reply()(self._request.scope, receive, send)

    def _valid(self) -> bool:
        event_id = self._request.scope["path"].split("/events/", 1)[1].rpartition("/")[0]
        if not 1 <= len(event_id) <= MAX_ID_LENGTH:
            return False
        model = _LATE_BODIES.get(self._operation)
        if model is None:
            return True
        try:
            model.model_validate_json(self._request.body)
        except ValidationError:
            return False
        return True

    async def _handle(self, times: int, send: Send) -> None:
        reply = await capture_response(self._request, self._app)
        for _ in range(times - 1):
            await capture_response(self._request, self._app)
        await reply.send(send)
