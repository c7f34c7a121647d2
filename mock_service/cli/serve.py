"""``serve``: parse, make settings, serve."""

import gc
import sys
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from mock_service.build import build_server
from mock_service.cli.access import check_bearer, choose_key
from mock_service.cli.listening import HttpParser, choose_parser, describe_endpoints, open_listener
from mock_service.cli.logging_setup import LogFormat, LogLevel, log_config
from mock_service.cli.tls import tls_files, trusted_signers
from mock_service.clock import SystemClock
from mock_service.emulator.connection import BoundedConfig
from mock_service.emulator.connections import raise_descriptor_limit
from mock_service.emulator.listener import ListeningServer
from mock_service.emulator.request_log import RequestLog
from mock_service.errors import SettingsInvalid
from mock_service.limits import parse_limits
from mock_service.loop.configuration import Mode
from mock_service.rest.cross_origin import parse_allowed_origin
from mock_service.rest.hosts import parse_allowed_host
from mock_service.security.tls import TlsFiles
from mock_service.settings import (
    DATA_FOLDER,
    LoopSettings,
    Settings,
)
from mock_service.setup.apply import build_prepared
from mock_service.setup.plan import Setup
from mock_service.setup.read import read_setup
from mock_service.timestamps import to_utc
from mock_service.user_folder import user_folder
from mock_service.vowpal.presets import as_multi_slot, resolve_policy

_SECONDS_TO_FINISH = 5
"""How long requests under way may take when the server ends; a broken handshake never ends."""
_TIMESTAMPS = ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]


class ClockKind(StrEnum):
    """Whose time the service goes by."""

    SYSTEM = "system"
    MANUAL = "manual"


def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes any free one.")] = 5000,
    key: Annotated[
        str,
        typer.Option(
            help="Key clients must send; other users of this machine can read it in the list of "
            "processes: PERSONALIZER_KEY and --key-file hide it."
        ),
    ] = "",
    key_file: Annotated[
        Path | None,
        typer.Option(help="File whose first line is the key. Other hosts than loopback want one."),
    ] = None,
    mode: Annotated[
        Mode | None,
        typer.Option(
            help="quick: learn at once. azure: wait and export as Azure did. [default: quick]"
        ),
    ] = None,
    seed: Annotated[
        str | None,
        typer.Option(help="With the event id, decides which action is drawn. [default: 0]"),
    ] = None,
    policy: Annotated[
        str, typer.Option(help="Preset or Vowpal Wabbit arguments; default: the mode's preset.")
    ] = "",
    multi_slot: Annotated[
        bool,
        typer.Option("--multi-slot", help="Rank pages of several slots, by that policy."),
    ] = False,
    exploration: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Share of ranks that explore. [default: the policy's own, or 0.2]"
        ),
    ] = None,
    setup: Annotated[
        Path | None,
        typer.Option(
            help="How the loops begin: a TOML file, such as examples/setup.toml. An empty data "
            "folder is set up by it, and one that was set up otherwise is refused.",
            metavar="FILE",
        ),
    ] = None,
    data_dir: Annotated[
        Path, typer.Option(help="Where everything is kept over restarts.")
    ] = DATA_FOLDER,
    in_memory: Annotated[
        bool, typer.Option("--in-memory", help="Keep nothing when the server ends.")
    ] = False,
    clock: Annotated[
        ClockKind, typer.Option(help="manual: time moves only by POST /mock/clock.")
    ] = ClockKind.SYSTEM,
    clock_start: Annotated[
        datetime | None,
        typer.Option(
            help="Where a manual clock starts, in UTC. [default: now]", formats=_TIMESTAMPS
        ),
    ] = None,
    allow_control: Annotated[
        bool, typer.Option("--allow-control", help="Serve /mock/ on other hosts than loopback too.")
    ] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            envvar="PERSONALIZER_ALLOW_HOST",
            help="Name by which clients call, besides those of loopback; may be given again.",
            metavar="NAME",
        ),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            help="Origin whose pages may call, besides those of loopback, such as "
            "https://app.example; may be given again. * lets any page rank and reward here.",
            metavar="ORIGIN",
        ),
    ] = None,
    loop: Annotated[
        list[str] | None,
        typer.Option(help="Another loop, at /loops/NAME; may be given again.", metavar="NAME"),
    ] = None,
    tls: Annotated[
        bool, typer.Option("--tls", help="HTTPS with a certificate for this machine, made once.")
    ] = False,
    tls_name: Annotated[
        list[str] | None,
        typer.Option(
            help="With --tls, another name that the certificate holds for; may be given again.",
            metavar="NAME",
        ),
    ] = None,
    certfile: Annotated[
        Path | None, typer.Option(help="HTTPS with a certificate of your own (PEM).")
    ] = None,
    keyfile: Annotated[Path | None, typer.Option(help="Its private key (PEM).")] = None,
    accept_bearer: Annotated[
        bool,
        typer.Option("--accept-bearer", help="Admit any bearer token: none can be checked here."),
    ] = False,
    trust_signer: Annotated[
        list[Path] | None,
        typer.Option(help="Certificate of a signer whose models are imported; may be given again."),
    ] = None,
    log_level: Annotated[
        LogLevel,
        typer.Option(help="info: a line for every request. warning: refusals, with the reason."),
    ] = LogLevel.WARNING,
    log_format: Annotated[
        LogFormat, typer.Option(help="How the lines on stderr are written.")
    ] = LogFormat.TEXT,
    http_parser: Annotated[
        HttpParser | None,
        typer.Option(help="What reads requests. [default: httptools where it is installed]"),
    ] = None,
    limit: Annotated[
        list[str] | None,
        typer.Option(
            help="Another bound than the default, such as journal-bytes=64MiB; may be given again.",
            metavar="NAME=VALUE",
        ),
    ] = None,
) -> None:
    """Serve a local Personalizer.

    Prints two export lines for the shell of your application, then logs on stderr.

    Example: personalizer-lab serve --port 5000 --mode quick
    """
    given: dict[str, Any] = {
        "mode": mode,
        "seed": seed,
        "policy": _choose_policy(policy, mode, multi_slot=multi_slot),
        "exploration": exploration,
    }
    explicit = tuple(name for name, value in given.items() if value is not None)
    flags = ["multi-slot" if multi_slot and one == "policy" else one for one in explicit]
    plan = _read_setup(setup, flags, loop or ())
    chosen = choose_key(host, key, key_file, plan)
    settings = Settings(
        host=host,
        port=port,
        key=chosen.key,
        allow_control=allow_control,
        key_is_explicit=chosen.is_chosen,
        manual_clock_from=_clock_start(clock, clock_start),
        data_folder=None if in_memory else data_dir,
        loop=LoopSettings().with_changes(**given),
        explicit_settings=explicit,
        extra_loops=tuple(loop or ()),
        accept_bearer=check_bearer(host, accept=accept_bearer),
        allow_hosts=tuple(map(parse_allowed_host, allow_host or ())),
        allow_origins=tuple(map(parse_allowed_origin, allow_origin or ())),
        signer_folder=user_folder(),
        trusted_signers=trusted_signers(trust_signer or ()),
        limits=parse_limits(limit or ()),
    )
    files = tls_files(tls=tls, certfile=certfile, keyfile=keyfile, names=tls_name or ())
    uvicorn_settings = {
        "log_config": log_config(log_level, log_format),
        "http_parser": choose_parser(http_parser),
    }
    run(settings, files, uvicorn_settings, plan)


def run(
    settings: Settings,
    tls: TlsFiles | None,
    uvicorn_settings: dict[str, Any],
    setup: Setup | None = None,
) -> None:
    """Listen, say where on stdout, and serve until interrupted.

    Raises:
        LearningPolicyInvalid: the policy is no preset, is unsafe, or is refused by Vowpal Wabbit.
        SettingsInvalid: the address is in use or not ours, or the data folder holds a loop that
            was made with other settings.
        DataUnusable: the data folder is in use, damaged or of a later version.
    """
    listener = open_listener(settings)
    app = build_server(settings, None if setup is None else build_prepared(settings, setup))
    sys.stdout.write(describe_endpoints(app.state.service, listener, tls))
    sys.stdout.flush()
    raise_descriptor_limit()
    config = BoundedConfig(
        RequestLog(app),
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
        **uvicorn_settings,
    )
    _freeze_gc()
    ListeningServer(config).run(sockets=[listener])


def _read_setup(file: Path | None, explicit: Sequence[str], loops: Sequence[str]) -> Setup | None:
    """Return what a setup file says; what says the same of the loops is not taken beside it."""
    if file is None:
        return None
    for name in (*explicit, *(["loop"] if loops else [])):
        raise SettingsInvalid(f"--setup says how loops begin: leave --{name} out")
    return read_setup(file)


def _choose_policy(policy: str, mode: Mode | None, *, multi_slot: bool) -> str | None:
    """Return the policy that was chosen, if one was: for pages of several slots, if they are."""
    if not multi_slot:
        return policy or None
    return as_multi_slot(resolve_policy(policy or (mode or Mode.QUICK).value))


def _freeze_gc() -> None:
    """Keep what is there for good out of garbage collection, and collect in larger steps.

    A search through all routes, schemas and waiting events takes a tenth of a second, in which no
    rank is answered; requests leave next to nothing behind that only such a search would find.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE_STEPS)


_GARBAGE_STEPS = (1_000, 500, 100)


def _clock_start(clock: ClockKind, start: datetime | None) -> datetime | None:
    if clock is ClockKind.SYSTEM:
        if start is not None:
            raise SettingsInvalid("--clock-start belongs to --clock manual")
        return None
    return to_utc(start) if start is not None else SystemClock().now()
