"""What programs are told: boards, reports, readings, sites, page views; in parts, zipped, and not twice."""

import gzip
import json
from typing import Any

from tests.handlers.api.conftest import Program


async def told(one: Program, path: str) -> Any:
    answer = await one.ask(path)
    assert answer.code == 200, answer.body
    assert answer.headers["Content-Type"] == "application/json"
    return json.loads(answer.body)


async def test_boards_and_their_tiles(counted: Program):
    listed = await told(counted, "/api/v1/boards")
    assert [each["name"] for each in listed["items"]] == sorted(board.name for board in counted.usual.services.boards)
    assert listed["next"] is None
    board = await told(counted, listed["items"][0]["href"])
    assert board["name"] == "office"
    assert {"report", "view", "place"} <= board["tiles"][0].keys()
    assert len(board["tiles"]) == listed["items"][0]["tiles"]


async def test_every_report_is_listed_once_however_short_the_parts_are(counted: Program):
    path, names = "/api/v1/reports?limit=7", []
    while path:
        part = await told(counted, path)
        assert len(part["items"]) <= 7
        names += [each["name"] for each in part["items"]]
        path = part["next"]
    assert names == sorted(counted.usual.services.reports)


async def test_reading_of_a_range_is_waited_for_and_says_what_the_page_says(counted: Program):
    entry = await told(counted, "/api/v1/reports/site-totals")
    assert "from" in entry["parameters"]
    reading = await told(counted, "/api/v1/reports/site-totals/reading?from=now/d&to=now")
    assert reading["state"] == "live"
    assert reading["complete"]
    assert entry["compares"]
    page = await told_json(counted, "/reports/site-totals.json?from=now/d&to=now")
    for key in ("title", "rows", "notes", "state"):
        assert reading[key] == page[key]
    assert [column["key"] for column in reading["columns"]] == [column["key"] for column in page["columns"]]
    views = next(place for place, column in enumerate(reading["columns"]) if column["key"] == "views")
    assert reading["rows"][0][views] == 21


async def told_json(one: Program, path: str) -> Any:
    """Of a page that is not the API's."""
    answer = await one.ask(path)
    assert answer.code == 200
    return json.loads(answer.body)


async def test_report_without_parameters_answers_what_went_wrong_as_a_state(counted: Program):
    reading = await told(counted, "/api/v1/reports/top-countries/reading")
    assert (reading["state"], reading["rows"], reading["total"]) == ("failed", [], 0)
    assert "GA4_PROPERTY_ID" in reading["notes"][0]


async def test_rows_come_in_parts_that_make_the_whole(counted: Program):
    path = "/api/v1/page-views/pages?from=now/d"
    whole = await told(counted, path)
    assert [row[:2] for row in whole["rows"]] == [[f"/{page}", page] for page in range(6, 0, -1)]
    assert (whole["total"], whole["next"]) == (6, None)
    rows, part = [], await told(counted, f"{path}&limit=4")
    while True:
        rows += part["rows"]
        assert part["total"] == 6
        if part["next"] is None:
            break
        part = await told(counted, part["next"])
    assert rows == whole["rows"]


async def test_page_views_of_one_page_and_beside_the_time_before(counted: Program):
    one_page = await told(counted, "/api/v1/page-views/pages?from=now/d&page=/3")
    assert [row[:2] for row in one_page["rows"]] == [["/3", 3]]
    compared = await told(counted, "/api/v1/page-views/totals?from=now/d&compare=true")
    keys = [column["key"] for column in compared["columns"]]
    row = dict(zip(keys, compared["rows"][0], strict=True))
    assert (row["views"], row["views:previous"]) == (21, 0)


async def test_reading_beside_the_time_before(counted: Program):
    reading = await told(counted, "/api/v1/reports/site-pages/reading?from=now/d&compare=true&limit=1")
    keys = [column["key"] for column in reading["columns"]]
    row = dict(zip(keys, reading["rows"][0], strict=True))
    assert (row["path"], row["views"], row["views:previous"]) == ("/6", 6, 0)


async def test_questions_and_sites(counted: Program):
    listed = await told(counted, "/api/v1/page-views")
    totals = next(each for each in listed["items"] if each["name"] == "totals")
    assert totals["compares"]
    assert (await told(counted, "/api/v1/sites"))["items"][0]["name"] == "example.com"


async def test_same_answer_is_not_sent_twice(counted: Program):
    first = await counted.ask("/api/v1/boards")
    again = await counted.ask("/api/v1/boards", If_None_Match=first.headers["ETag"])
    assert (again.code, again.body) == (304, b"")
    assert (await counted.ask("/api/v1/boards", If_None_Match='"another"')).code == 200


async def test_long_answer_is_zipped_for_those_who_take_it(counted: Program):
    path = "/api/v1/openapi.json"  # the one answer that stays the same from one moment to the next
    plain = await counted.ask(path)
    zipped = await counted.ask(path, Accept_Encoding="gzip")
    assert "Content-Encoding" not in plain.headers
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == plain.body
    assert len(zipped.body) < len(plain.body) / 3
    assert "Accept-Encoding" in zipped.headers["Vary"]
    browser = Program(counted.usual, "", counted.fetch)  # strangers' words beside figures: see answer()
    assert "Content-Encoding" not in (await browser.ask(path, Accept_Encoding="gzip")).headers


async def test_head_is_get_without_its_body(counted: Program):
    head, get = await counted.ask("/api/v1/sites", "HEAD"), await counted.ask("/api/v1/sites")
    assert (head.code, head.body) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]
