"""A client with local inference: it fetches the model, ranks with it, and posts what it did.

Written from the published schemas and what is known of rl_client alone: it imports nothing of the
server.
"""

import struct
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
import requests
import vowpalwabbit
from flatbuffers import Builder

CB, CCB, OUTCOME, DEDUP = 0, 1, 3, 5
ONLINE, APPRENTICE, LOGGING_ONLY = 0, 1, 2

Finish = Callable[[Builder], int]


def _bytes_of(write: Finish) -> bytes:
    builder = Builder(256)
    builder.Finish(write(builder))
    return bytes(builder.Output())


def _numbers(builder: Builder, values: Sequence[float], size: int, prepend: str) -> int:
    builder.StartVector(size, len(values), size)
    for value in reversed(values):
        getattr(builder, prepend)(value)
    return int(builder.EndVector())


def _offsets(builder: Builder, values: Sequence[int]) -> int:
    builder.StartVector(4, len(values), 4)
    for value in reversed(values):
        builder.PrependUOffsetTRelative(value)
    return int(builder.EndVector())


@dataclass(frozen=True)
class Choice:
    """What a policy says: places of actions, the chosen one first, and their probabilities."""

    order: Sequence[int]
    probabilities: Sequence[float]


def cb_payload(
    context: bytes,
    choice: Choice,
    *,
    deferred: bool = False,
    mode: int = ONLINE,
    model: str = "N/A",
) -> bytes:
    """Return a CbEvent; action ids count from 1."""

    def write(builder: Builder) -> int:
        ids = _numbers(builder, [place + 1 for place in choice.order], 8, "PrependUint64")
        content = builder.CreateByteVector(context)
        probabilities = _numbers(builder, choice.probabilities, 4, "PrependFloat32")
        model_id = builder.CreateString(model)
        builder.StartObject(6)
        builder.PrependUint8Slot(0, deferred, 0)
        builder.PrependUOffsetTRelativeSlot(1, ids, 0)
        builder.PrependUOffsetTRelativeSlot(2, content, 0)
        builder.PrependUOffsetTRelativeSlot(3, probabilities, 0)
        builder.PrependUOffsetTRelativeSlot(4, model_id, 0)
        builder.PrependUint8Slot(5, mode, 0)
        return int(builder.EndObject())

    return _bytes_of(write)


def page_payload(
    context: bytes,
    slots: Sequence[tuple[str, Choice]],
    baselines: Sequence[int] = (),
    *,
    deferred: bool = False,
) -> bytes:
    """Return a MultiSlotEvent; action ids count from 0."""

    def write(builder: Builder) -> int:
        made = []
        for slot, choice in slots:
            ids = _numbers(builder, choice.order, 4, "PrependUint32")
            probabilities = _numbers(builder, choice.probabilities, 4, "PrependFloat32")
            name = builder.CreateString(slot)
            builder.StartObject(3)
            builder.PrependUOffsetTRelativeSlot(0, ids, 0)
            builder.PrependUOffsetTRelativeSlot(1, probabilities, 0)
            builder.PrependUOffsetTRelativeSlot(2, name, 0)
            made.append(int(builder.EndObject()))
        each = _offsets(builder, made)
        places = _numbers(builder, baselines, 4, "PrependInt32")
        content = builder.CreateByteVector(context)
        builder.StartObject(6)
        builder.PrependUOffsetTRelativeSlot(0, content, 0)
        builder.PrependUOffsetTRelativeSlot(1, each, 0)
        builder.PrependUint8Slot(3, deferred, 0)
        builder.PrependUOffsetTRelativeSlot(4, places, 0)
        return int(builder.EndObject())

    return _bytes_of(write)


def outcome_payload(
    value: float | str | None, *, slot: str | int | None = None, taken: bool = False
) -> bytes:
    """Return an OutcomeEvent: a reward, or an activation where it is `taken`."""

    def write(builder: Builder) -> int:
        found, kind = _union(builder, value, "PrependFloat32Slot")
        index, index_kind = _union(builder, slot, "PrependInt32Slot")
        builder.StartObject(5)
        builder.PrependUint8Slot(0, kind, 0)
        builder.PrependUOffsetTRelativeSlot(1, found, 0)
        builder.PrependUint8Slot(2, index_kind, 0)
        builder.PrependUOffsetTRelativeSlot(3, index, 0)
        builder.PrependUint8Slot(4, taken, 0)
        return int(builder.EndObject())

    return _bytes_of(write)


def _union(builder: Builder, value: float | str | None, prepend: str) -> tuple[int, int]:
    if value is None:
        return 0, 0
    if isinstance(value, str):
        return int(builder.CreateString(value)), 2
    builder.StartObject(1)
    getattr(builder, prepend)(0, value, 0)
    return int(builder.EndObject()), 1


def dictionary_payload(actions: dict[int, str]) -> bytes:
    """Return a DedupInfo: actions that contexts name by their numbers."""

    def write(builder: Builder) -> int:
        values = _offsets(builder, [int(builder.CreateString(text)) for text in actions.values()])
        ids = _numbers(builder, list(actions), 8, "PrependUint64")
        builder.StartObject(2)
        builder.PrependUOffsetTRelativeSlot(0, ids, 0)
        builder.PrependUOffsetTRelativeSlot(1, values, 0)
        return int(builder.EndObject())

    return _bytes_of(write)


def event(id_: str, kind: int, payload: bytes, *, passed: float = 1.0, encoding: int = 0) -> bytes:
    """Return an Event with its Metadata."""

    def write(builder: Builder) -> int:
        name, content = builder.CreateString(id_), builder.CreateByteVector(payload)
        builder.StartObject(6)
        builder.PrependUOffsetTRelativeSlot(0, name, 0)
        builder.PrependUint8Slot(3, kind, 0)
        builder.PrependFloat32Slot(4, passed, 0.0)
        builder.PrependUint8Slot(5, encoding, 0)
        meta = builder.EndObject()
        builder.StartObject(2)
        builder.PrependUOffsetTRelativeSlot(0, meta, 0)
        builder.PrependUOffsetTRelativeSlot(1, content, 0)
        return int(builder.EndObject())

    return _bytes_of(write)


def batch(
    events: Iterable[bytes], *, encoding: str = "IDENTITY", kind: int = 13, shared: bool = False
) -> bytes:
    """Return a preamble and an EventBatch of serialized events, equal ones `shared` if wanted."""

    def write(builder: Builder) -> int:
        made: list[int] = []
        for one in events:
            if shared and made:
                made.append(made[0])
                continue
            content = builder.CreateByteVector(one)
            builder.StartObject(1)
            builder.PrependUOffsetTRelativeSlot(0, content, 0)
            made.append(int(builder.EndObject()))
        each, name = _offsets(builder, made), builder.CreateString(encoding)
        builder.StartObject(2)
        builder.PrependUOffsetTRelativeSlot(0, name, 0)
        metadata = builder.EndObject()
        builder.StartObject(2)
        builder.PrependUOffsetTRelativeSlot(0, each, 0)
        builder.PrependUOffsetTRelativeSlot(1, metadata, 0)
        return int(builder.EndObject())

    body = _bytes_of(write)
    return struct.pack(">BBHI", 0, 0, kind, len(body)) + body


@dataclass
class LocalClient:
    """Ranks with the newest model it fetched, and keeps what it did until it is posted.

    ``paths`` are those of the model, the interactions and the observations, below ``endpoint``.
    """

    endpoint: str
    headers: dict[str, str]
    paths: tuple[str, str, str] = (
        "/personalizer/v1.1-preview.1/model",
        "/personalizer/v1.1-preview.2/logs/interactions",
        "/personalizer/v1.1-preview.2/logs/observations",
    )
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))
    fetched: int = 0
    _modified: str = ""
    _model: "vowpalwabbit.Workspace | None" = None
    _interactions: list[bytes] = field(default_factory=list)
    _observations: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Keep one connection open."""
        self.session = requests.Session()
        self.session.headers.update(self.headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def poll(self) -> None:
        """Fetch the model if it has changed since it was last fetched."""
        head = self.session.head(self.endpoint + self.paths[0], timeout=10)
        head.raise_for_status()
        if head.headers["Last-Modified"] == self._modified and self._model is not None:
            return
        reply = self.session.get(self.endpoint + self.paths[0], timeout=10)
        self._modified = reply.headers["Last-Modified"]
        if not reply.content:
            return
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "model.vw"
            file.write_bytes(reply.content)
            self._model = vowpalwabbit.Workspace(f"-i {file} -t --json --quiet")
        self.fetched += 1

    def choose(self, context: str, actions: int) -> Choice:
        """Sample an action; all are equally likely without a model."""
        probabilities = [1 / actions] * actions
        if self._model is not None:
            examples = self._model.parse(context, vowpalwabbit.LabelType.CONTEXTUAL_BANDIT)
            probabilities = list(self._model.predict(examples))
            self._model.finish_example(examples)
        weights = np.array(probabilities) / np.sum(probabilities)
        chosen = int(self.rng.choice(actions, p=weights))
        order = [chosen, *(place for place in range(actions) if place != chosen)]
        return Choice(order, [probabilities[place] for place in order])

    def rank(self, event_id: str, context: str, actions: int) -> int:
        """Choose, note the decision down, and return the chosen action's place."""
        choice = self.choose(context, actions)
        self._interactions.append(event(event_id, CB, cb_payload(context.encode(), choice)))
        return choice.order[0]

    def reward(self, event_id: str, value: float) -> None:
        """Note a reward down."""
        self._observations.append(event(event_id, OUTCOME, outcome_payload(value)))

    def flush(self) -> list[int]:
        """Post what is noted down in two batches, and return the status of each."""
        statuses = []
        for path, events in zip(
            self.paths[1:], (self._interactions, self._observations), strict=True
        ):
            content = batch(events)
            reply = self.session.post(self.endpoint + path, content, timeout=30)
            statuses.append(reply.status_code)
            events.clear()
        return statuses
