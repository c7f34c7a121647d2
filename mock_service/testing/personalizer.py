"""A local Personalizer to test against: real on the wire, and in one's hand."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mock_service.app import build_app
from mock_service.build import build_emulator
from mock_service.emulator.faults import ActiveFault, Drop, Fault
from mock_service.emulator.journal import Calls
from mock_service.emulator.latency import Latency, parse_latency
from mock_service.emulator.record import RecordedDecision
from mock_service.emulator.throttling import parse_rate
from mock_service.loop.configuration import Configuration, Mode
from mock_service.settings import DEVELOPMENT_KEY, LoopSettings, Settings
from mock_service.setup.apply import apply_setup
from mock_service.setup.read import read_setup
from mock_service.testing.arguments import parse_step, to_context_features, to_rankable_action
from mock_service.testing.server import ServerThread
from mock_service.vowpal.sandbox import validate_policy

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""When every test begins: a Monday morning."""


class LocalPersonalizer:
    """A server on a free port of this machine, with a clock that moves when it is told to.

    Its context manager starts and stops it, ``with`` or ``async with``. Every method takes effect
    between two requests and has had it when it returns; one call takes well under a millisecond,
    so that asynchronous tests can make it as it is.
    """

    def __init__(
        self,
        *,
        mode: Mode | str = Mode.QUICK,
        policy: str = "",
        seed: str | int = "0",
        exploration: float | None = None,
        configuration: Configuration | None = None,
        key: str = DEVELOPMENT_KEY,
        port: int = 0,
        start: datetime = START,
        setup: Path | str | None = None,
    ) -> None:
        """Prepare the server; `exploration` wins over the rates of `configuration` and `policy`.

        `setup` is a file that says how its loops begin; what it says of the default loop, and of
        its key, wins over the other arguments.

        Raises:
            LearningPolicyInvalid: the policy is no preset, is unsafe, or is refused.
            SettingsInvalid: a setting is out of its bounds, or the setup file says what cannot be.
        """
        self._setup = None if setup is None else read_setup(Path(setup))
        first = LoopSettings(configuration=configuration or Configuration()).with_changes(
            mode=mode,
            policy=policy,
            seed=seed,
            exploration=None if exploration is None else float(exploration),
        )
        settings = Settings(
            key=key,
            key_is_explicit=key != DEVELOPMENT_KEY,
            manual_clock_from=start,
            loop=first,
        )
        if self._setup is not None:
            settings = self._setup.choose(settings)
        self._first = settings.loop
        self._emulator = build_emulator(settings)
        self._begin(self._first.seed)
        self._server = ServerThread(build_app(self._emulator, control=True), port)
        self.key = settings.key
        """The subscription key that clients send."""

    @property
    def endpoint(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def environ(self) -> dict[str, str]:
        """The two environment variables that say where it is and which key it wants."""
        return {"PERSONALIZER_ENDPOINT": self.endpoint, "PERSONALIZER_KEY": self.key}

    @property
    def now(self) -> datetime:
        """What time it is for the Personalizer."""
        return self._emulator.service.clock.now()

    @property
    def calls(self) -> Calls:
        """What clients have called, oldest first."""
        return self._server.call(self._emulator.interception.journal.calls)

    @property
    def decisions(self) -> tuple[RecordedDecision, ...]:
        """What was decided and what became of it, oldest first."""
        return self._server.call(self._emulator.decisions)

    @property
    def faults(self) -> tuple[ActiveFault, ...]:
        """Every fault ordered, in order, met or not."""
        return self._emulator.interception.faults.all()

    @property
    def unplayed(self) -> tuple[str, ...]:
        """The scripted choices that no rank has offered yet."""
        return self._emulator.script.unplayed

    def start(self) -> Self:
        """Start, and return once it answers."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop, and return once nothing of it is left."""
        self._server.stop()

    def reset(
        self,
        *,
        mode: Mode | str | None = None,
        policy: str | None = None,
        seed: str | int | None = None,
        exploration: float | None = None,
    ) -> None:
        """Begin anew with the first settings, or others for once: nothing learned, noted, ordered.

        Raises:
            LearningPolicyInvalid: the policy is refused; nothing has changed then.
            SettingsInvalid: a setting is out of its bounds.
        """
        share = None if exploration is None else float(exploration)
        settings = self._first.with_changes(mode=mode, policy=policy, seed=seed, exploration=share)
        validate_policy(settings.policy)

        def begin_anew() -> None:
            self._emulator.reset(settings)
            self._begin(settings.seed)

        self._server.call(begin_anew)

    def advance(self, step: timedelta | str) -> None:
        """Move the clock by a timedelta or an ISO 8601 duration, as in ``advance("PT10M")``.

        Raises:
            ValueError: it is no duration, or a negative one.
            ControlRequestInvalid: it leads beyond the start of the year 9990.
        """
        self._server.run(self._emulator.advance(parse_step(step)))

    def teach(
        self,
        context: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        action: Mapping[str, Any] | str,
        reward: float,
        *,
        times: int = 1,
    ) -> None:
        """Let it learn that `action` earned `reward` in `context`; the next rank knows.

        An action is written as in a rank request, or named by its id once a rank has offered it.

        Raises:
            ControlRequestInvalid: no rank has offered an action of that id.
            ApiError: the features are not what a rank accepts.
        """
        features, candidate = to_context_features(context), to_rankable_action(action)
        self._server.call(lambda: self._emulator.teach(features, candidate, reward, times))

    def will_choose(self, *action_ids: str) -> None:
        """Let the next ranks that offer these actions choose them, one rank for each.

        The decision is a real one: what is answered and recorded is the probability that the
        policy gives the action.
        """
        self._server.call(lambda: self._emulator.script.add(*action_ids))

    def fail(
        self,
        operation: str,
        *,
        status: int | None = None,
        code: str = "",
        message: str = "",
        retry_after: int | None = None,
        latency: float | Mapping[str, object] | Latency | None = None,
        drop: Drop | str | None = None,
        truncate: int | None = None,
        late: timedelta | str | None = None,
        duplicate: int | None = None,
        times: int | None = 1,
        probability: float = 1.0,
        seed: int = 0,
    ) -> ActiveFault:
        """Let the next `times` calls of `operation` meet a fault; see `Fault` for the kinds.

        Raises:
            ControlRequestInvalid: it cannot be carried out; the message says what could.
        """
        fault = Fault(
            operation,
            status=status,
            code=code,
            message=message,
            retry_after=retry_after,
            latency=parse_latency(latency)
            if isinstance(latency, float | int | Mapping)
            else latency,
            drop=None if drop is None else Drop(drop),
            truncate=truncate,
            late=None if late is None else parse_step(late),
            duplicate=duplicate,
            times=times,
            probability=probability,
            seed=seed,
        )
        return self._server.call(lambda: self._emulator.interception.faults.add(fault))

    def throttle(
        self,
        profile: str | None = None,
        *,
        calls: int | None = None,
        per: timedelta | str | None = None,
    ) -> None:
        """Refuse calls beyond a profile's rate, or beyond a number of them in a period, with 429.

        Raises:
            ControlRequestInvalid: it names no profile, or says half of a rate, or both.
        """
        rate = parse_rate(profile, calls, None if per is None else parse_step(per))
        self._server.call(lambda: self._emulator.interception.throttle.limit_to(rate))

    def snapshot(self) -> bytes:
        """Return all it knows: settings, model, events, and where the clock stands."""
        return self._server.call(self._emulator.snapshot)

    def restore(self, snapshot: bytes) -> None:
        """Let it be what it was when `snapshot` was taken; the journal and the faults stay.

        Raises:
            ApiError: it is no snapshot; nothing has changed then.
        """
        self._server.run(self._emulator.restore(snapshot))

    def _begin(self, seed: str) -> None:
        self._emulator.reseed(seed)
        if self._setup is not None:
            apply_setup(self._setup, self._emulator)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.stop)
