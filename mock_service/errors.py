"""What can go wrong in the host, and the one table that knows how the wire says it.

HostError
├── ServiceProblem          the service's own complaint, answered in its own shape
│   └── StorageFailed       what happened could not be kept, so it did not happen
├── LearningPolicyInvalid   a learning policy that Vowpal Wabbit must not see
├── LogUnusable             a log that cannot be read, or holds nothing to judge by
├── SettingsInvalid         a setting the server cannot start with
└── DataUnusable            stored data that is damaged, in use or of a later version
"""

from dataclasses import dataclass


class HostError(Exception):
    """The root of everything the host raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """How one error code looks on the wire: its HTTP status and the service's own words."""

    status: int
    message: str


class ServiceProblem(HostError):
    """A request the service answers with an error; ``code`` is a key of `PROBLEMS`.

    ``message`` replaces the table's words where the service says something more exact.
    """

    def __init__(self, code: str, message: str = "", *, target: str | None = None) -> None:
        problem = PROBLEMS[code]
        self.code = code
        self.status = problem.status
        self.message = message or problem.message
        self.target = target
        super().__init__(f"{code}: {self.message}")


class StorageFailed(ServiceProblem):
    """What happened could not be written, for `reason`: it counts as not having happened."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "InternalServerError",
            f"The event could not be stored ({reason}). Nothing was changed: try again later.",
        )


class LearningPolicyInvalid(HostError):
    """A learning policy holds an option that is unknown, unsafe or malformed."""


class LogUnusable(HostError):
    """A log cannot be read, or holds no decision that says anything about another policy."""


class SettingsInvalid(HostError):
    """The settings contradict each other or the host's safety."""


class DataUnusable(HostError):
    """Stored data cannot be used, and was left as it is."""


PROBLEMS: dict[str, Problem] = {
    "BadRequest": Problem(400, "Request could not be understood by the server."),
    "InvalidRankRequest": Problem(400, "Invalid request."),
    "InvalidRewardRequest": Problem(400, "Invalid reward request."),
    "InvalidEventIdToActivate": Problem(400, "Invalid activate event request."),
    "InvalidPolicyConfiguration": Problem(400, "Invalid policy configuration."),
    "PayloadSizeExceeded": Problem(400, "Exceeds maximum allowed payload size."),
    "ResourceNotFound": Problem(404, "Requested resource does not exist."),
    "ClockNotManual": Problem(409, "The clock cannot be moved."),
    "ModelRankingError": Problem(409, "Could not rank the actions using the model."),
    "InternalServerError": Problem(500, "A generic error has occurred on the server."),
}
