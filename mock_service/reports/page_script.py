"""The script of every page: Vega, Vega-Lite and Vega-Embed as one, put together once a machine."""

import os
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import vl_convert

from mock_service.security.private_files import make_private_folder, replaced_once_whole
from mock_service.user_folder import user_folder

_EXPOSE = "window.vegaEmbed = vegaEmbed;"
_NAME = "page-script"
_OTHERS_MAY_WRITE = 0o022


@cache
def page_script() -> str:
    """Return the script; putting it together takes a second, so the user's folder keeps it."""
    path = user_folder() / f"{_NAME}-{version('vl-convert-python')}.js"
    kept = _read(path)
    if kept is not None:
        return kept
    script = vl_convert.javascript_bundle(_EXPOSE)
    with suppress(OSError):  # without a folder to keep it in it is put together each time
        _keep(path, script)
    return script


def _read(path: Path) -> str | None:
    """Return what is kept, if no other user can have written it and all of it is there."""
    try:
        found = path.stat()
        if found.st_mode & _OTHERS_MAY_WRITE or found.st_uid != _user():
            return None
        digest, _, script = path.read_bytes().decode().partition("\n")
    except (OSError, UnicodeError):
        return None
    return script if digest == _digest(script) else None


def _keep(path: Path, script: str) -> None:
    make_private_folder(path.parent)
    for old in path.parent.glob(f"{_NAME}-*"):
        old.unlink()
    with replaced_once_whole(path) as part:
        part.write_bytes(f"{_digest(script)}\n{script}".encode())


def _digest(script: str) -> str:
    return f"// {sha256(script.encode()).hexdigest()}"


def _user() -> int:
    """Return who runs this; where systems know no such numbers, files have the owner 0."""
    return os.getuid() if hasattr(os, "getuid") else 0
