"""The process in which an inquiry is answered, beside the server and behind it in priority.

``python -m mock_service.evaluation.job_process DATA_FOLDER LOOP WORK_FOLDER`` reads
``asked.json`` in the last folder and writes ``found.json`` there. It ends with 0 when all is well,
and with `REFUSED` and one line on stdout when not. It ends, too, when its stdin does: then the
server is no more.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread

from mock_service.errors import MockServiceError
from mock_service.evaluation.answer_job import answer
from mock_service.evaluation.job import ASKED, FOUND, REFUSED, parse_request, to_result_json
from mock_service.storage.event_log import events_between

_LOWEST_PRIORITY = 19


def main(data: str, loop: str, work: str) -> int:
    """Answer, and say how it went."""
    Thread(target=_leave_with_the_server, daemon=True).start()
    with suppress(AttributeError, OSError):  # not every system has priorities of this kind
        os.nice(_LOWEST_PRIORITY)
    inquiry = parse_request(Path(work, ASKED).read_text(encoding="utf-8"))
    try:
        found = answer(inquiry, events_between(Path(data), int(loop), inquiry.start, inquiry.end))
    except (MockServiceError, RuntimeError, MemoryError) as error:
        sys.stdout.write(" ".join(str(error).split()) or type(error).__name__)
        return REFUSED
    Path(work, FOUND).write_text(to_result_json(found), encoding="utf-8")
    return 0


def _leave_with_the_server() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
