"""A target whose inputs are files in a folder of its own."""

from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self


class FolderTarget:
    """Nothing has to be started; the folder is removed in the end."""

    def __init__(self) -> None:
        self._temporary = TemporaryDirectory()
        self._folder = Path(self._temporary.name)

    def __enter__(self) -> Self:
        """Be ready."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the folder."""
        self._temporary.cleanup()
