"""Files and folders that only their owner may read: they hold keys and contexts."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


def make_private_folder(folder: Path) -> None:
    """Make `folder` with a mode of its own; missing parents get the usual mode.

    Raises:
        OSError: it cannot be made, or is no folder.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(PRIVATE_FOLDER)
    except FileExistsError:
        if not folder.is_dir():
            raise
    else:
        folder.chmod(PRIVATE_FOLDER)  # the umask may have taken the owner's own rights


def restrict_folder(folder: Path, names: tuple[str, ...]) -> None:
    """Shut a folder to others if it holds nothing but what begins with one of our `names`.

    A folder that holds other things, or belongs to another user, stays as it is: the files in it
    are shut by themselves.
    """
    with suppress(OSError):
        if all(entry.name.startswith(names) for entry in folder.iterdir()):
            folder.chmod(PRIVATE_FOLDER)


def restrict_file(path: Path) -> None:
    """Shut an existing file to others, if it is there and ours."""
    with suppress(FileNotFoundError, PermissionError):
        path.chmod(PRIVATE_FILE)


def create_private_file(path: Path) -> None:
    """Make an empty file if there is none; an existing one is shut to others.

    Raises:
        OSError: it cannot be made.
    """
    os.close(open_private(str(path), os.O_RDWR | os.O_CREAT))


@contextmanager
def replaced_once_whole(path: Path) -> Iterator[Path]:
    """Yield a private file to write in place of another, which takes its name in the end.

    What fails, or is interrupted, leaves nothing behind. A device or a pipe has no other name, and
    is written itself.

    Raises:
        OSError: it cannot be written.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    part = path.with_name(f".{path.name}.part")
    try:
        create_private_file(part)
        yield part
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def open_private(path: str, flags: int) -> int:
    """Open a file as `open` does, and shut it to others; an `opener` of the built-in `open`.

    A device or a pipe keeps its mode.
    """
    handle = os.open(path, flags | getattr(os, "O_CLOEXEC", 0), PRIVATE_FILE)
    if Path(path).is_file():
        with suppress(PermissionError, AttributeError):  # not ours, or no such call here
            os.fchmod(handle, PRIVATE_FILE)
    return handle
