"""A batch of events: its preamble, its encoding, and the events in it."""

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from flatbuffers import number_types as kinds
from pydantic_core import from_json

from mock_service.batches.flat_table import BatchInvalid, FlatTable, refuse_damage
from mock_service.batches.schema import (
    MESSAGE_TYPE,
    BatchMetadata,
    DedupInfo,
    Encoding,
    Event,
    EventBatch,
    Metadata,
    PayloadType,
    SerializedEvent,
)

_PREAMBLE = struct.Struct(">BBHI")
"""A reserved byte, a version, the type of the message, and its size in bytes."""
_JSON = frozenset({b"", b"{", b"["})
MAX_UNFOLDED = 8 << 20
"""How many bytes the actions of a batch may come to that its contexts name by a number."""
_ENCODINGS = frozenset({"", "IDENTITY", "DEDUP"})
_ACTION_ID = "__aid"
"""In a context, an action that is only this member stands for one of the batch's dictionary."""


class EncodingUnknown(Exception):
    """A batch is packed as nothing here can unpack; the text says how it should be."""


class BatchEvent(NamedTuple):
    """An event of a batch: what its client calls it, what it is, and its payload's root.

    ``pass_probability`` is the probability that the client's throttle let it through.
    """

    id: str
    type: PayloadType
    payload: FlatTable
    pass_probability: float


class PostedBatch:
    """The events of a batch, and the actions that their contexts share."""

    def __init__(self, content: bytes) -> None:
        """Read a batch as it was posted; what is too short for a preamble holds no event.

        Raises:
            BatchInvalid: it is damaged.
            EncodingUnknown: it is packed in another way than IDENTITY or DEDUP.
        """
        self.events: list[BatchEvent] = []
        self._actions: dict[int, str] = {}
        self._room = MAX_UNFOLDED
        if 0 < len(content) < _PREAMBLE.size and content.lstrip()[:1] not in _JSON:
            return  # as the SDKs' own examples post it, and the service took it
        with refuse_damage("batch"):
            root = FlatTable(_strip_preamble(content))
            _check_encoding(root)
            events = root.tables(EventBatch.EVENTS)
        left = len(content)
        for number, one in enumerate(events):
            with refuse_damage(f"event {number + 1}"):
                serialized = one.content(SerializedEvent.PAYLOAD) or b""
                left -= len(serialized)
                if left < 0:
                    raise BatchInvalid("batch: its events share bytes")
                self._add(serialized)

    def context(self, content: bytes | None) -> dict[str, Any]:
        """Return the context of a decision, with its actions in full.

        Raises:
            ValueError: it is no JSON object, or an action is not in the batch's dictionary.
        """
        found = from_json(content or b"", allow_inf_nan=False)
        if not isinstance(found, dict):
            raise BatchInvalid("context: expected a JSON object")
        multi = found.get("_multi")
        if self._actions and isinstance(multi, list):
            found["_multi"] = [self._whole(action) for action in multi]
        return found

    def _add(self, serialized: bytes) -> None:
        event = FlatTable(serialized)
        meta, payload = event.table(Event.META), event.content(Event.PAYLOAD)
        id_ = meta and meta.text(Metadata.ID)
        if meta is None or not id_ or payload is None:
            raise BatchInvalid(f"event {len(self.events) + 1}: expected an id and a payload")
        if meta.number(Metadata.ENCODING, kinds.Uint8Flags) != Encoding.IDENTITY:
            raise EncodingUnknown(
                f"event {id_!r:.60}: its payload should not be compressed (Zstd)."
            )
        kind = PayloadType(int(meta.number(Metadata.PAYLOAD_TYPE, kinds.Uint8Flags)))
        table = FlatTable(payload)
        if kind is PayloadType.DEDUP_INFO:
            self._actions.update(_read_dictionary(table))
            return
        passed = meta.number(Metadata.PASS_PROBABILITY, kinds.Float32Flags) or 1.0
        self.events.append(BatchEvent(id_, kind, table, passed))

    def _whole(self, action: object) -> object:
        if not (isinstance(action, dict) and action.keys() == {_ACTION_ID}):
            return action
        text = self._actions[action[_ACTION_ID]]
        self._room -= len(text)
        if self._room < 0:
            raise BatchInvalid(f"batch: its actions come to more than {MAX_UNFOLDED} bytes")
        return from_json(text, allow_inf_nan=False)


def _strip_preamble(content: bytes) -> bytes:
    if len(content) < _PREAMBLE.size:
        raise BatchInvalid(f"batch: expected a preamble of {_PREAMBLE.size} bytes")
    _, _, kind, size = _PREAMBLE.unpack_from(content)
    if kind != MESSAGE_TYPE:
        raise BatchInvalid(
            f"batch: expected a message of type {MESSAGE_TYPE} (protocol version 2), got {kind}"
        )
    if size != len(content) - _PREAMBLE.size:
        raise BatchInvalid(
            f"batch: its preamble says {size} bytes, and {len(content) - _PREAMBLE.size} came"
        )
    return content[_PREAMBLE.size :]


def _check_encoding(root: FlatTable) -> None:
    metadata = root.table(EventBatch.METADATA)
    encoding = (metadata and metadata.text(BatchMetadata.CONTENT_ENCODING)) or ""
    if encoding not in _ENCODINGS:
        raise EncodingUnknown(f"Content encoding {encoding!r:.40}: expected IDENTITY or DEDUP.")


def _read_dictionary(table: FlatTable) -> Iterator[tuple[int, str]]:
    ids = table.numbers(DedupInfo.IDS, np.dtype(np.uint64))
    values = table.texts(DedupInfo.VALUES)
    if ids is None or len(ids) != len(values):
        raise BatchInvalid("dictionary: expected as many ids as actions")
    return zip(ids.tolist(), values, strict=True)
