"""What a server says on stderr: as lines for people, or as JSON for programs."""

import json
import logging
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from mock_service.emulator.request_log import LOGGER

LogLevel = StrEnum("LogLevel", {"INFO": "info", "WARNING": "warning", "ERROR": "error"})
"""From which level on requests are logged: refusals are warnings, all others information."""


class LogFormat(StrEnum):
    """How a line is written."""

    TEXT = "text"
    JSON = "json"


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON object, with the fields of a request if it is of one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object on one line."""
        moment = datetime.fromtimestamp(record.created, UTC)
        document: dict[str, object] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
        }
        request = getattr(record, "request", None)
        if isinstance(request, dict):
            document.update(request)
        else:
            document["message"] = record.getMessage()
        if record.exc_info:
            document["exception"] = self.formatException(record.exc_info)
        return json.dumps(document)


def log_config(level: LogLevel, form: LogFormat) -> dict[str, Any]:
    """Return the logging configuration of a server, as the standard library takes it."""
    text = {"format": "%(asctime)s %(levelname)s %(message)s"}
    formatter = text if form is LogFormat.TEXT else {"()": JsonFormatter}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"chosen": formatter},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "chosen",
                "stream": "ext://sys.stderr",
            }
        },
        "loggers": {
            "uvicorn": {"handlers": ["stderr"], "level": "INFO"},
            "mock_service": {"handlers": ["stderr"], "level": "INFO"},
            LOGGER: {"level": level.upper()},
        },
    }
