"""Idle connections are kept for as long as the pools of clients keep them."""

import http.client
import json
import time

import pytest

from mock_service.emulator.connection import KEEP_ALIVE_SECONDS
from tests.helpers.servers import ARTICLES, served_by_command


@pytest.mark.slow
def test_a_connection_that_was_idle_for_six_seconds_answers_the_next_request() -> None:
    """The same connection, with nothing opened anew."""
    assert KEEP_ALIVE_SECONDS == 180
    with served_by_command() as endpoint:
        host, port = endpoint.url.removeprefix("http://").split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        connection.auto_open = 0
        connection.connect()
        statuses = []
        for pause in (0, 6):
            time.sleep(pause)
            connection.request(
                "POST",
                "/personalizer/v1.0/rank",
                json.dumps({"actions": ARTICLES}),
                {"Ocp-Apim-Subscription-Key": endpoint.key, "Content-Type": "application/json"},
            )
            reply = connection.getresponse()
            reply.read()
            statuses.append(reply.status)
        connection.close()

    assert statuses == [201, 201]
