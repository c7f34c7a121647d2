"""Who may call, as ``serve`` is told: with which key, by which name, from which pages."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from stat import S_IROTH

from mock_service.errors import SettingsInvalid
from mock_service.settings import DEVELOPMENT_KEY, LOOPBACK, check_key
from mock_service.setup.plan import Setup
from mock_service.visible import to_visible

KEY_VARIABLE = "PERSONALIZER_KEY"
_MAX_KEY_BYTES = 1024


@dataclass(frozen=True, slots=True)
class ChosenKey:
    """The default loop's key, and whether it was chosen."""

    key: str
    is_chosen: bool


def choose_key(host: str, key: str, key_file: Path | None, setup: Setup | None = None) -> ChosenKey:
    """Return the key given by an option, `setup` or the environment, else the public one.

    The environment's is no choice if it is the public development key, as a shell has it in which
    the lines of another server were run: it replaces no secret key that a data folder holds, and
    protects no `host` that other machines reach.

    Raises:
        SettingsInvalid: it is no key, it is given twice, or `host` wants one.
    """
    if key and key_file is not None:
        raise SettingsInvalid("--key and --key-file both give a key: leave one out")
    if setup is not None and setup.default is not None and setup.default.key:
        if key or key_file is not None:
            raise SettingsInvalid(f"{setup.file} gives a key: leave --key and --key-file out")
        return ChosenKey(setup.default.key, is_chosen=True)
    if key_file is not None:
        return ChosenKey(_read_key_file(key_file), is_chosen=True)
    if key:
        return ChosenKey(check_key(key, "--key"), is_chosen=True)
    variable = check_key(os.environ.get(KEY_VARIABLE, ""), KEY_VARIABLE)
    if variable not in {"", DEVELOPMENT_KEY}:
        return ChosenKey(variable, is_chosen=True)
    if host in LOOPBACK:
        return ChosenKey(DEVELOPMENT_KEY, is_chosen=False)
    raise SettingsInvalid(
        f"--host {host} can be reached from other machines: choose a key with --key-file or "
        f"{KEY_VARIABLE}, other than the public one"
    )


def check_bearer(host: str, *, accept: bool) -> bool:
    """Return whether any bearer token is admitted.

    Raises:
        SettingsInvalid: other machines can reach `host`.
    """
    if accept and host not in LOOPBACK:
        raise SettingsInvalid("--accept-bearer lets anybody in: it is for loopback hosts only")
    return accept


def _read_key_file(path: Path) -> str:
    """Return the first line of a file, and warn when every user of the machine can read it."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            line = file.readline(_MAX_KEY_BYTES + 1)
    except OSError as error:
        raise SettingsInvalid(f"cannot read --key-file {path}: {error.strerror}") from error
    key = line.decode("utf-8", errors="replace").strip()
    if not key:
        raise SettingsInvalid(f"--key-file {path} should hold a key in its first line: it is empty")
    if len(line) > _MAX_KEY_BYTES:
        raise SettingsInvalid(
            f"--key-file {path} should hold at most {_MAX_KEY_BYTES} bytes in its first line"
        )
    check_key(key, "--key-file")
    if mode & S_IROTH:
        shown = to_visible(str(path))
        sys.stderr.write(f"--key-file {shown} can be read by every user here: chmod 600 {shown}\n")
    return key
