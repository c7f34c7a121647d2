"""``serve``: parse, make settings, serve."""

import shlex
import socket
import sys
from typing import Annotated

import typer
import uvicorn

from mock_service.build import build_server
from mock_service.errors import SettingsInvalid
from mock_service.loop.configuration import Configuration, Mode
from mock_service.settings import DEVELOPMENT_KEY, LOOPBACK, LoopSettings, Settings
from mock_service.traffic.connection import BreakableConnection

_BACKLOG = 2048


def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes any free one.")] = 5000,
    key: Annotated[
        str, typer.Option(help="Key clients must send. Needed on other hosts than loopback.")
    ] = "",
    mode: Annotated[
        Mode, typer.Option(help="quick: learn at once. azure: wait and export as Azure did.")
    ] = Mode.QUICK,
    seed: Annotated[
        str, typer.Option(help="With the event id, decides which action is drawn.")
    ] = "0",
    policy: Annotated[
        str, typer.Option(help="Preset or Vowpal Wabbit arguments; default: the mode's preset.")
    ] = "",
    exploration: Annotated[
        float, typer.Option(min=0, max=1, help="Share of ranks that explore.")
    ] = 0.2,
    allow_control: Annotated[
        bool, typer.Option(help="Serve /mock/ on other hosts than loopback too.")
    ] = False,
) -> None:
    """Serve a local Personalizer.

    Prints two export lines for the shell of your application, then logs on stderr.

    Example: personalizer-lab serve --port 5000 --mode quick
    """
    settings = Settings(
        host=host,
        port=port,
        key=_key(host, key),
        allow_control=allow_control,
        loop=LoopSettings(mode, policy, seed, Configuration(exploration=exploration)),
    )
    run(settings)


def run(settings: Settings) -> None:
    """Listen, say where on stdout, and serve until interrupted.

    Raises:
        LearningPolicyInvalid: the policy is no preset, is unsafe, or is refused by Vowpal Wabbit.
        SettingsInvalid: the address is in use or not ours.
    """
    app = build_server(settings)
    listener = _listener(settings)
    address, port = listener.getsockname()[:2]
    name = f"[{address}]" if ":" in address else address
    sys.stdout.write(f"export PERSONALIZER_ENDPOINT=http://{name}:{port}\n")
    sys.stdout.write(f"export PERSONALIZER_KEY={shlex.quote(settings.key)}\n")
    sys.stdout.flush()
    config = uvicorn.Config(
        app,
        http=BreakableConnection,
        proxy_headers=False,
        log_config=_LOG,
        access_log=False,
        server_header=False,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _key(host: str, key: str) -> str:
    if not key.isascii() or not key.isprintable() or key != key.strip():
        raise SettingsInvalid("--key should be printable ASCII: it travels in an HTTP header")
    if key:
        return key
    if host in LOOPBACK:
        return DEVELOPMENT_KEY
    raise SettingsInvalid(
        f"--host {host} can be reached from other machines: choose a key with --key"
    )


def _listener(settings: Settings) -> socket.socket:
    """Bind before the export lines are printed; asyncio wants TCP named to send without delay."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise SettingsInvalid(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; "
            "choose another with --host and --port (0 takes any free port)"
        ) from error
    return listener


_LOG = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(message)s"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "stream": "ext://sys.stderr",
        }
    },
    "loggers": {"uvicorn": {"handlers": ["stderr"], "level": "INFO"}},
}
