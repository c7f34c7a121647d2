"""Models whose bytes depend on nothing but what was learned."""

import struct
import tempfile
from pathlib import Path

from vowpalwabbit import pyvw

_READ = "--json --quiet --save_resume"
_DOUBLE = struct.Struct("<d")
_EXAMPLE = '{"x":1}'


def canonicalize(model: bytes, trained_events: int) -> bytes:
    """Return `model` without the traces of how often examples were parsed and given back.

    Vowpal Wabbit counts both, and we parse an example once however often it is used. Counters of
    performance are forgotten by reading a model without being told to preserve them. The time
    since learning began is set to `trained_events`: it is found as the one number in the file that
    changes when a single example is parsed.
    """
    if not model:
        return model
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.vw")
        path.write_bytes(model)
        workspace = pyvw.Workspace(f"--initial_regressor {path} {_READ}")
        try:
            before = _save(workspace, path)
            workspace.finish_example(workspace.parse(_EXAMPLE))
            after = _save(workspace, path)
        finally:
            workspace.finish()
    return _with_time(before, after, float(trained_events))


def _save(workspace: pyvw.Workspace, path: Path) -> bytes:
    workspace.save(path)
    return path.read_bytes()


def _with_time(before: bytes, after: bytes, time: float) -> bytes:
    """Return `before` with the number set that is one less than in `after`.

    The other counters were zero before a single example was given back, so they stay as they are.
    """
    changed = [n for n, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]]
    for start in range(max(0, changed[0] - _DOUBLE.size + 1), changed[0] + 1):
        was, now = (_DOUBLE.unpack_from(text, start)[0] for text in (before, after))
        if was >= 1.0 and now == was + 1.0:
            return before[:start] + _DOUBLE.pack(time) + before[start + _DOUBLE.size :]
    return before
