"""The log of requests: fields for machines, and one number in the answer, on the error page and in the log."""

import json
import logging
import re

import pytest

from utilities.logs import JsonLogFormatter, Redactor, format_warning


@pytest.mark.parametrize(
    ("path", "status", "headers"),
    [
        ("/reports?q=2", 200, {}),
        ("/nowhere?code=canary", 404, {"Accept": "text/html"}),
        ("/nowhere.json", 404, {}),
        ("/reports/nowhere.csv", 404, {}),
    ],
)
async def test_request_has_one_number_in_the_answer_the_page_and_the_log(server, fetch, caplog, path, status, headers):
    with caplog.at_level(logging.INFO):
        answer = await fetch(server.address + path, headers=headers)
    assert answer.code == status
    number = answer.headers["X-Request-Id"]
    assert re.fullmatch("[0-9a-f]{16}", number)
    assert status == 200 or number in answer.body.decode()
    [record] = [record for record in caplog.records if record.name == "foyer.access"]
    event = json.loads(JsonLogFormatter(Redactor()).format(record))
    assert {name: event[name] for name in ("status", "method", "path", "request_id", "level", "logger")} == {
        "status": status,
        "method": "GET",
        "path": path.partition("?")[0],
        "request_id": number,
        "level": "INFO",
        "logger": "foyer.access",
    }
    assert isinstance(event["ms"], float)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["time"])
    assert number in event["message"]


async def test_two_requests_over_one_connection_have_two_numbers(server, fetch):
    answers = [await fetch(f"{server.address}/healthz") for _ in range(2)]
    assert answers[0].headers["X-Request-Id"] != answers[1].headers["X-Request-Id"]


async def test_browsers_and_crawlers_find_their_files(server, fetch):
    icon, robots = [await fetch(f"{server.address}/{name}") for name in ("favicon.ico", "robots.txt")]
    assert (icon.code, icon.headers["Content-Type"]) == (200, "image/svg+xml")
    assert b"Disallow: /\n" in robots.body


def test_warning_of_a_library_is_one_line_without_its_code():
    line = format_warning("this will go", DeprecationWarning, "library.py", 7, "the_code(secret)")
    assert line == "DeprecationWarning: this will go (library.py:7)"
