"""Where new ids come from: chance is an argument."""

import secrets
import string
from hashlib import blake2b
from typing import Protocol

_SUFFIX_LETTERS = string.ascii_letters + string.digits
_SUFFIX_LENGTH = 5
_BYTES_OF_AN_ID = 16
_BYTES_AT_A_TIME = 256 * _BYTES_OF_AN_ID


class IdSource(Protocol):
    """A source of 128 new bits."""

    def next_bits(self) -> int:
        """Return a new number in [0, 2**128)."""


class RandomIds:
    """Unpredictable ids; randomness is fetched for many at a time, since asking for it is slow."""

    def __init__(self) -> None:
        self._random_bytes = b""
        self._used = 0

    def next_bits(self) -> int:
        """Return 128 bits from the operating system's source of chance."""
        if self._used == len(self._random_bytes):
            self._random_bytes = secrets.token_bytes(_BYTES_AT_A_TIME)
            self._used = 0
        self._used += _BYTES_OF_AN_ID
        return int.from_bytes(self._random_bytes[self._used - _BYTES_OF_AN_ID : self._used], "big")


class SeededIds:
    """The same ids in the same order for the same seed."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0

    def next_bits(self) -> int:
        """Return the seed's next 128 bits."""
        self._count += 1
        text = f"{self._seed}/{self._count}"
        return int.from_bytes(blake2b(text.encode(), digest_size=16).digest(), "big")


def new_event_id(ids: IdSource) -> str:
    """Return an event id in the service's form: 32 hexadecimal digits, a dash, 5 alphanumerics."""
    rest = ids.next_bits()
    suffix = ""
    for _ in range(_SUFFIX_LENGTH):
        rest, index = divmod(rest, len(_SUFFIX_LETTERS))
        suffix += _SUFFIX_LETTERS[index]
    return f"{ids.next_bits():032x}-{suffix}"


def new_guid(ids: IdSource) -> str:
    """Return an id in the 8-4-4-4-12 form of a GUID."""
    digits = f"{ids.next_bits():032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def new_uid(ids: IdSource) -> str:
    """Return an id in the form of a loop's own: 32 hexadecimal digits."""
    return f"{ids.next_bits():032x}"
