"""Where a server listens, and how its clients' shells hear of it."""

import shlex
import socket
from enum import StrEnum

from mock_service.cli.tls import export_lines
from mock_service.emulator.connection import PARSERS
from mock_service.emulator.listener import Listener
from mock_service.errors import SettingsInvalid
from mock_service.hosting.service import Service
from mock_service.security.tls import TlsFiles
from mock_service.settings import DEFAULT_LOOP, Settings


class HttpParser(StrEnum):
    """What can read requests."""

    HTTPTOOLS = "httptools"
    H11 = "h11"


def choose_parser(wanted: HttpParser | None) -> str:
    """Return the parser that was chosen, or an empty text for the fastest there is.

    Raises:
        SettingsInvalid: it is not installed.
    """
    if wanted is None:
        return ""
    if wanted not in PARSERS:
        raise SettingsInvalid(f"--http-parser {wanted} is not installed: choose h11")
    return wanted.value


def open_listener(settings: Settings) -> socket.socket:
    """Return a socket that listens where `settings` say.

    Raises:
        SettingsInvalid: the address is in use or not ours.
    """
    listener = Listener(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise SettingsInvalid(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; "
            "choose another with --host and --port (0 takes any free port)"
        ) from error
    return listener


def describe_endpoints(service: Service, listener: socket.socket, tls: TlsFiles | None) -> str:
    """Return the lines that a client's shell reads; other loops are named in comments."""
    address, port = listener.getsockname()[:2]
    scheme, name = "https" if tls else "http", f"[{address}]" if ":" in address else address
    endpoint = f"{scheme}://{name}:{port}"
    lines = (
        f"export PERSONALIZER_ENDPOINT={endpoint}\n"
        f"export PERSONALIZER_KEY={shlex.quote(service.default.keys[0])}\n"
    )
    if tls:
        lines += export_lines(tls)
    others = [hosted for name, hosted in service.loops.items() if name != DEFAULT_LOOP]
    return lines + "".join(
        f"# PERSONALIZER_ENDPOINT={endpoint}/loops/{hosted.name} "
        f"PERSONALIZER_KEY={shlex.quote(hosted.keys[0])}\n"
        for hosted in others
    )
