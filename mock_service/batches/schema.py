"""The tables of rl_client's second protocol, as its published schemas have them.

Field numbers: VowpalWabbit/reinforcement_learning, rlclientlib/schema/v2/*.fbs.
"""

from enum import IntEnum

MESSAGE_TYPE = 13
"""What a preamble calls a collection of generic events, the only kind the protocol sends."""


class PayloadType(IntEnum):
    """What an event is about."""

    CB = 0
    CCB = 1
    SLATES = 2
    OUTCOME = 3
    CONTINUOUS = 4
    DEDUP_INFO = 5
    MULTI_STEP = 6
    EPISODE = 7


class Encoding(IntEnum):
    """How an event's payload is packed."""

    IDENTITY = 0
    ZSTD = 1


class EventBatch(IntEnum):
    """The root of a batch."""

    EVENTS = 0
    METADATA = 1


class BatchMetadata(IntEnum):
    """What a batch says of itself."""

    CONTENT_ENCODING = 0


class SerializedEvent(IntEnum):
    """An event as bytes."""

    PAYLOAD = 0


class Event(IntEnum):
    """An event: whose it is, and what."""

    META = 0
    PAYLOAD = 1


class Metadata(IntEnum):
    """Whose an event is; its moment on the client's clock, field 1, is not asked for."""

    ID = 0
    PAYLOAD_TYPE = 3
    PASS_PROBABILITY = 4
    ENCODING = 5


class CbEvent(IntEnum):
    """A decision with one slot; action ids are places in the context, from 1."""

    DEFERRED_ACTION = 0
    ACTION_IDS = 1
    CONTEXT = 2
    PROBABILITIES = 3
    MODEL_ID = 4
    LEARNING_MODE = 5


class MultiSlotEvent(IntEnum):
    """A decision with several slots."""

    CONTEXT = 0
    SLOTS = 1
    MODEL_ID = 2
    DEFERRED_ACTION = 3
    BASELINE_ACTIONS = 4
    LEARNING_MODE = 5


class SlotEvent(IntEnum):
    """What one slot was given; action ids are places in the context, from 0."""

    ACTION_IDS = 0
    PROBABILITIES = 1
    ID = 2


class OutcomeEvent(IntEnum):
    """A reward or an activation; each union has its type in the field before it."""

    VALUE_TYPE = 0
    VALUE = 1
    INDEX_TYPE = 2
    INDEX = 3
    ACTION_TAKEN = 4


class Union(IntEnum):
    """What a value or an index of an outcome is."""

    NONE = 0
    NUMERIC = 1
    LITERAL = 2


class DedupInfo(IntEnum):
    """The actions that the contexts of a batch name by a number."""

    IDS = 0
    VALUES = 1
