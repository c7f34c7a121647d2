"""What can go wrong in the host, and the one table that knows how the wire says it.

MockServiceError
├── ApiError          the service's own complaint, answered in its own shape
│   └── StorageFailed       what happened could not be kept, so it did not happen
│       └── StorageUncertain   whether it is kept is unknown: it counts, as it was read back
├── LearningPolicyInvalid   a learning policy that Vowpal Wabbit must not see
├── LogUnusable             a log that cannot be read, or holds nothing to judge by
├── ModelInvalid            a model that is none, is unsafe, or answers nonsense
├── ModelZipInvalid         a signed model that is no zip file of the three members
├── ModelSignatureInvalid   a signed model whose signer or signature is not trusted
├── EndpointUnreachable     no answer where a Personalizer should be
├── ControlRequestInvalid            a fault or a throttle that cannot be carried out
├── SettingsInvalid         a setting the server cannot start with
└── DataUnusable            stored data that is damaged, in use or of a later version
"""

from dataclasses import dataclass


class MockServiceError(Exception):
    """The root of everything the host raises on purpose."""


@dataclass(frozen=True, slots=True)
class ErrorSpec:
    """How one error code looks on the wire: its HTTP status and the service's own words."""

    status: int
    message: str
    wire_code: str = ""
    """The code as recorded from the service, where that differs from the documented one."""


class ApiError(MockServiceError):
    """A request the service answers with an error; ``code`` is a key of `API_ERRORS`.

    ``message`` replaces the table's words where the service says something more exact.
    """

    def __init__(self, code: str, message: str = "", *, target: str | None = None) -> None:
        problem = API_ERRORS[code]
        self.code = problem.wire_code or code
        self.status = problem.status
        self.message = message or problem.message
        self.target = target
        super().__init__(f"{code}: {self.message}")

    def __reduce__(self) -> tuple[object, ...]:
        """Come back from another process as it was: its text alone would not make it again."""
        return _recreate, (type(self), self.args), self.__dict__


def _recreate(kind: type[ApiError], args: tuple[object, ...]) -> ApiError:
    return kind.__new__(kind, *args)


class StorageFailed(ApiError):
    """What happened could not be written, for `reason`: it counts as not having happened."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            "InternalServerError",
            f"The event could not be stored ({reason}). Nothing was changed: try again later.",
        )


class StorageUncertain(StorageFailed):
    """What happened was written, but whether it stays is not known, for `reason`: it counts."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.message = (
            f"It is not known whether the event was stored ({reason}). Send it again: the same "
            "reward or activation does not count twice."
        )
        self.args = (f"InternalServerError: {self.message}",)

    def __reduce__(self) -> tuple[type["StorageUncertain"], tuple[str]]:
        """Be made of the reason again, in another process."""
        return type(self), (self.reason,)


class LearningPolicyInvalid(MockServiceError):
    """A learning policy holds an option that is unknown, unsafe or malformed."""


class EvaluationOptionsInvalid(MockServiceError):
    """What was chosen for an evaluation contradicts itself, or needs what is not there."""


class LogUnusable(MockServiceError):
    """A log cannot be read, or holds no decision that says anything about another policy."""


class ModelInvalid(MockServiceError):
    """A model file is none, holds unsafe options, or answers nonsense when it is tried."""


class ModelZipInvalid(MockServiceError):
    """What should be a signed model is no zip file, or one of other members."""


class ModelSignatureInvalid(MockServiceError):
    """A signed model's signer is not trusted, or did not sign it."""


class EndpointUnreachable(MockServiceError):
    """No answer comes from an endpoint that is to be examined."""


class ControlRequestInvalid(MockServiceError):
    """What was ordered in a test makes no sense; the message says what would."""


class SettingsInvalid(MockServiceError):
    """The settings contradict each other or the host's safety."""


class DataUnusable(MockServiceError):
    """Stored data cannot be used, and was left as it is."""


API_ERRORS: dict[str, ErrorSpec] = {
    "BadRequest": ErrorSpec(400, "Request could not be understood by the server."),
    "DuplicateCustomPolicyNames": ErrorSpec(400, "Custom policy names should be unique."),
    "EvaluationAlreadyExists": ErrorSpec(400, "An evaluation with this id already exists."),
    "FeatureImportanceAlreadyExists": ErrorSpec(400, "A feature importance has this id already."),
    "InvalidContract": ErrorSpec(400, "Invalid contract."),
    "InvalidDateTimesInEvaluationContract": ErrorSpec(400, "Invalid start and end times."),
    "InvalidEvaluationContract": ErrorSpec(400, "Invalid evaluation contract."),
    "InvalidEventIdToActivate": ErrorSpec(400, "Invalid activate event request."),
    "InvalidExportLogsRequest": ErrorSpec(400, "Invalid request."),
    "InvalidLearningModeServiceConfiguration": ErrorSpec(
        400,
        "Updating defaultReward, rewardWaitTime and rewardAggregation when changing learning mode "
        "from Online to Apprentice mode and vice versa is not allowed. Make the mode change and "
        "then change the additional settings with an additional API call.",
    ),
    "InvalidLogRetentionDays": ErrorSpec(
        400, "Log retention days should be -1, or the reward wait time in whole days plus 1."
    ),
    "InvalidModelImportFormat": ErrorSpec(
        400, "Given model file format is invalid.", "invalidModelImportFormat"
    ),
    "InvalidModelImportSignature": ErrorSpec(
        400, "Given model file is not signed or does not have a valid signature."
    ),
    "InvalidModelMetadata": ErrorSpec(400, "Invalid model metadata."),
    "InvalidModelRetrainDays": ErrorSpec(
        400, "Model retrain days must be between 0 and the number of log retention days."
    ),
    "InvalidMultiSlotApiAccess": ErrorSpec(
        400,
        "Multi-slot is disabled: give the loop a learning policy with --ccb_explore_adf, as serve "
        "--multi-slot does.",
    ),
    "InvalidPolicyConfiguration": ErrorSpec(400, "Invalid policy configuration."),
    "InvalidPolicyContract": ErrorSpec(400, "Invalid policy contract."),
    "InvalidRankRequest": ErrorSpec(400, "Invalid request."),
    "InvalidRequest": ErrorSpec(400, "Invalid request."),
    "InvalidRewardRequest": ErrorSpec(400, "Invalid reward request."),
    "InvalidRewardWaitTime": ErrorSpec(400, "Reward wait time should be 5 seconds to two days."),
    "InvalidSasUri": ErrorSpec(
        400,
        "SAS Uri must be the Uri to a container that has write permissions; Or the date in SAS "
        "Uri is not in the format of yyyy-mm-ddThh:mm:ssZ.",
    ),
    "InvalidServiceConfiguration": ErrorSpec(400, "Invalid service configuration."),
    "LogsSizeExceedAllowedLimit": ErrorSpec(400, "Total size of logs exceed allowed limit."),
    "MaximumEvaluationCustomPoliciesExceeded": ErrorSpec(400, "At most 10 custom policies."),
    "MissingApiVersionParameter": ErrorSpec(
        400, "The api-version query parameter (?api-version=) is required for all requests."
    ),
    "NoLogsExistInDateRange": ErrorSpec(400, "No logs exist in date range."),
    "PayloadSizeExceeded": ErrorSpec(400, "Exceeds maximum allowed payload size."),
    "UnsupportedApiVersionValue": ErrorSpec(400, "Unsupported api-version."),
    "AccessDenied": ErrorSpec(
        401,
        "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide "
        "a valid key for an active subscription and use a correct regional API endpoint for your "
        "resource.",
        "401",
    ),
    "InvalidApiAccess": ErrorSpec(403, "Api is currently disabled for the instance."),
    "ProblemTypeIncompatibleWithAutoOptimization": ErrorSpec(
        403, "Auto-optimization is not compatible with multi-slot personalization."
    ),
    "EvaluationModelNotFound": ErrorSpec(404, "Model not found in evaluation."),
    "EvaluationNotFound": ErrorSpec(404, "Offline Evaluation not found."),
    "FeatureImportanceNotFound": ErrorSpec(404, "Feature importance not found."),
    "LearningSettingsNotFound": ErrorSpec(404, "Learning Settings not found in evaluation."),
    "LoopNotFound": ErrorSpec(404, "There is no such loop here.", "404"),
    "LogsPropertiesNotFound": ErrorSpec(404, "Log properties not found."),
    "ResourceNotFound": ErrorSpec(404, "Requested resource does not exist."),
    "IncompatibleEvaluationVersion": ErrorSpec(
        405, "An older API version made this evaluation, and this one cannot show it."
    ),
    "ClockNotManual": ErrorSpec(409, "The clock cannot be moved."),
    "InvalidSnapshot": ErrorSpec(400, "This is no snapshot of a loop."),
    "LoopAlreadyExists": ErrorSpec(409, "A loop of this name exists already."),
    "UnsupportedEncoding": ErrorSpec(415, "The encoding of the batch is not supported."),
    "ModelRankingError": ErrorSpec(409, "Could not rank the actions using the model."),
    "InternalServerError": ErrorSpec(500, "A generic error has occurred on the server."),
}
"""Every code that is ever answered. The contract's other codes speak of parts that no laboratory
has: key vaults, containers of other accounts, front ends that cannot be reached."""
