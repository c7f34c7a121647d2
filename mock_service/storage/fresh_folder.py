"""Filling a data folder in one step: beside it first, and then in its place."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mock_service.errors import DataUnusable
from mock_service.security.private_files import make_private_folder
from mock_service.storage.database import FILE


@contextmanager
def folder_beside(folder: Path) -> Iterator[Path]:
    """Give a hidden folder on the same disk until the block ends.

    Raises:
        DataUnusable: none can be made.
    """
    ancestor = next(one for one in folder.absolute().parents if one.is_dir())
    try:
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-import-", dir=ancestor))
    except OSError as error:
        raise DataUnusable(f"{folder} cannot be written: {error.strerror}") from error
    try:
        yield fresh
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def move_into(folder: Path, file: Path) -> None:
    """Put a finished data file into its folder, unless there is one by now.

    Raises:
        DataUnusable: there is, or the folder cannot be written.
    """
    try:
        make_private_folder(folder)
        (folder / FILE).hardlink_to(file)
    except FileExistsError as error:
        raise DataUnusable(f"{folder} is in use by another server: nothing was written") from error
    except OSError as error:
        raise DataUnusable(f"{folder} cannot be written: {error.strerror}") from error
