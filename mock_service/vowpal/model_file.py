"""The header of a model file: what it says about the model, read before Vowpal Wabbit reads it.

A model file carries command-line options, and Vowpal Wabbit obeys them as if they had been typed.
So a stranger's file is read here first, and its options pass the same list as a learning policy.
"""

import struct
from dataclasses import dataclass
from hashlib import sha256

from mock_service.errors import LearningPolicyInvalid, ModelInvalid
from mock_service.vowpal.policy_arguments import check_model_options

_MAX_TEXT_LENGTH = 10_000
_MODEL_MARK = b"m"
_UNSUPPORTED = ("latent topics", "n-grams", "skips")
"""What the three counts behind the bits stand for; no policy of the list uses them."""


@dataclass(frozen=True, slots=True)
class ModelHeader:
    """What a model file says about itself.

    ``bits`` is the binary logarithm of how many weights it may have; ``arguments`` are the
    options Vowpal Wabbit will obey; ``digest`` is the SHA-256 of the whole file.
    """

    version: str
    id: str
    bits: int
    arguments: str
    size: int
    digest: str


def read_header(model: bytes) -> ModelHeader:
    """Return the header of a model file.

    Raises:
        ModelInvalid: `model` is no Vowpal Wabbit model that a Personalizer could have written.
    """
    reader = _Reader(model)
    version, id_ = reader.text(), reader.text()
    if reader.take(1) != _MODEL_MARK:
        raise ModelInvalid("the file is no Vowpal Wabbit model: its mark is missing")
    _, _, bits = reader.unpack("<ffI")
    for name, count in zip(_UNSUPPORTED, reader.unpack("<III"), strict=True):
        if count:
            raise ModelInvalid(f"the model uses {name}, and no Personalizer does")
    return ModelHeader(
        version=version,
        id=id_,
        bits=int(bits),
        arguments=reader.text().strip(),
        size=len(model),
        digest=sha256(model).hexdigest(),
    )


def check_header(model: bytes) -> ModelHeader:
    """Return the header of a model file that Vowpal Wabbit may read.

    Raises:
        ModelInvalid: it is no model, or holds an option that a learning policy may not have.
    """
    header = read_header(model)
    try:
        check_model_options(header.arguments, header.bits)
    except LearningPolicyInvalid as error:
        raise ModelInvalid(f"the model's own options are refused: {error}") from error
    return header


class _Reader:
    """Takes numbers and texts off the front of some bytes."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._index = 0

    def take(self, size: int) -> bytes:
        taken = self._content[self._index : self._index + size]
        if len(taken) < size:
            raise ModelInvalid("the file is no Vowpal Wabbit model: it ends within its header")
        self._index += size
        return taken

    def unpack(self, shape: str) -> tuple[float, ...]:
        return struct.unpack(shape, self.take(struct.calcsize(shape)))

    def text(self) -> str:
        """Take a text that follows its length and ends in a zero byte."""
        (size,) = struct.unpack("<I", self.take(4))
        if size > _MAX_TEXT_LENGTH:
            raise ModelInvalid("the file is no Vowpal Wabbit model: its header makes no sense")
        content = self.take(size).removesuffix(b"\0")
        if not content.isascii() or b"\0" in content:
            raise ModelInvalid("the file is no Vowpal Wabbit model: its header is no text")
        return content.decode()
