"""Answers of the API: boards, reports, readings, sites, page views; paging, compression and ETags."""

import gzip
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr
from tornado.httpclient import AsyncHTTPClient

from tests.conftest import SECRET
from tests.handlers.accounts.conftest import BOARDS, UNLIMITED, run_foyer, start_noon_clock
from tests.handlers.api.conftest import Program, count_views
from utilities.config.settings import Settings

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def counted(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Program]:
    """One Foyer for all tests of this file, which only read."""
    own_settings = Settings(data_dir=tmp_path_factory.mktemp("var"), secret_key=SecretStr(SECRET), boards_dir=BOARDS)
    client = AsyncHTTPClient(force_instance=True)
    fetch = partial(client.fetch, raise_error=False, follow_redirects=False)
    async with (
        run_foyer(own_settings, start_noon_clock(), UNLIMITED) as foyer,
        count_views(foyer, fetch) as program,
    ):
        yield program
    client.close()


async def get_json(program: Program, path: str) -> Any:
    answer = await program.ask(path)
    assert answer.code == 200, answer.body
    assert answer.headers["Content-Type"] == "application/json"
    return json.loads(answer.body)


async def test_boards_and_their_tiles(counted: Program):
    listing = await get_json(counted, "/api/v1/boards")
    assert [each["name"] for each in listing["items"]] == sorted(board.name for board in counted.foyer.services.boards)
    assert listing["next"] is None
    board = await get_json(counted, listing["items"][0]["href"])
    assert board["name"] == "office"
    assert {"report", "view", "place"} <= board["tiles"][0].keys()
    assert len(board["tiles"]) == listing["items"][0]["tiles"]


async def test_every_report_is_listed_once_on_short_pages(counted: Program):
    path, names = "/api/v1/reports?limit=7", []
    while path:
        page = await get_json(counted, path)
        assert len(page["items"]) <= 7
        names += [each["name"] for each in page["items"]]
        path = page["next"]
    assert names == sorted(counted.foyer.services.reports)


async def test_reading_of_a_range_is_waited_for_and_equals_the_json_export(counted: Program):
    entry = await get_json(counted, "/api/v1/reports/site-totals")
    assert "from" in entry["parameters"]
    reading = await get_json(counted, "/api/v1/reports/site-totals/reading?from=now/d&to=now")
    assert reading["state"] == "live"
    assert reading["complete"]
    assert entry["compares"]
    page = await get_page_json(counted, "/reports/site-totals.json?from=now/d&to=now")
    for key in ("title", "rows", "notes", "state"):
        assert reading[key] == page[key]
    assert [column["key"] for column in reading["columns"]] == [column["key"] for column in page["columns"]]
    views = next(place for place, column in enumerate(reading["columns"]) if column["key"] == "views")
    assert reading["rows"][0][views] == 21


async def get_page_json(program: Program, path: str) -> Any:
    """Returns JSON from outside the API."""
    answer = await program.ask(path)
    assert answer.code == 200
    return json.loads(answer.body)


async def test_report_without_parameters_has_its_error_as_a_note(counted: Program):
    reading = await get_json(counted, "/api/v1/reports/top-countries/reading")
    assert (reading["state"], reading["rows"], reading["total"]) == ("failed", [], 0)
    assert "GA4_PROPERTY_ID" in reading["notes"][0]


async def test_pages_of_rows_make_up_the_answer(counted: Program):
    path = "/api/v1/page-views/pages?from=now/d"
    expected = await get_json(counted, path)
    assert [row[:2] for row in expected["rows"]] == [[f"/{page}", page] for page in range(6, 0, -1)]
    assert (expected["total"], expected["next"]) == (6, None)
    rows, page = [], await get_json(counted, f"{path}&limit=4")
    while True:
        rows += page["rows"]
        assert page["total"] == 6
        if page["next"] is None:
            break
        page = await get_json(counted, page["next"])
    assert rows == expected["rows"]


async def test_page_views_of_one_page_and_with_the_previous_period(counted: Program):
    one_page = await get_json(counted, "/api/v1/page-views/pages?from=now/d&page=/3")
    assert ["/3", 3] in [row[:2] for row in one_page["rows"]]
    assert {row[0] for row in one_page["rows"]} == {f"/{page}" for page in range(1, 7)}, "of the visits that saw it"
    compared = await get_json(counted, "/api/v1/page-views/totals?from=now/d&compare=true")
    keys = [column["key"] for column in compared["columns"]]
    row = dict(zip(keys, compared["rows"][0], strict=True))
    assert (row["views"], row["views:previous"]) == (21, None), "nothing was counted yesterday"
    assert compared["before"] is None


async def test_reading_with_the_previous_period(counted: Program):
    reading = await get_json(counted, "/api/v1/reports/site-pages/reading?from=now/d&compare=true&limit=1")
    keys = [column["key"] for column in reading["columns"]]
    row = dict(zip(keys, reading["rows"][0], strict=True))
    assert (row["path"], row["views"], row["views:previous"]) == ("/6", 6, None)


async def test_questions_and_sites(counted: Program):
    listing = await get_json(counted, "/api/v1/page-views")
    totals = next(each for each in listing["items"] if each["name"] == "totals")
    assert totals["compares"]
    assert (await get_json(counted, "/api/v1/sites"))["items"][0]["name"] == "example.com"


async def test_cursor_and_etag_last_while_the_rows_do(counted: Program):
    path = "/api/v1/reports/site-pages/reading?from=now/d&limit=4"
    first = await counted.ask(path)
    variants = counted.foyer.services.variants
    reading = variants.store.latest(max(variants.last_viewed, key=lambda name: variants.last_viewed[name]))
    later = replace(reading, taken_at=reading.taken_at + timedelta(seconds=1))
    variants.store.cache.put_reading(later)
    again = await counted.ask(path, If_None_Match=first.headers["ETag"])
    assert (again.code, again.body) == (304, b"")
    assert len((await get_json(counted, json.loads(first.body)["next"]))["rows"]) == 2
    variants.store.cache.put_reading(replace(later, frame=replace(reading.frame, rows=reading.frame.rows[::-1])))
    assert (await counted.ask(path, If_None_Match=first.headers["ETag"])).code == 200
    assert (await counted.ask(json.loads(first.body)["next"])).code == 409


async def test_unchanged_answer_is_304(counted: Program):
    first = await counted.ask("/api/v1/boards")
    again = await counted.ask("/api/v1/boards", If_None_Match=first.headers["ETag"])
    assert (again.code, again.body) == (304, b"")
    assert (await counted.ask("/api/v1/boards", If_None_Match='"another"')).code == 200


async def test_long_answer_is_compressed_for_programs_that_accept_it(counted: Program):
    path = "/api/v1/openapi.json"  # the one answer that stays the same from one moment to the next
    plain = await counted.ask(path)
    zipped = await counted.ask(path, Accept_Encoding="gzip")
    assert "Content-Encoding" not in plain.headers
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == plain.body
    assert len(zipped.body) < len(plain.body) / 3
    assert "Accept-Encoding" in zipped.headers["Vary"]
    browser = Program(counted.foyer, "", counted.fetch)  # never compressed: see write_json
    assert "Content-Encoding" not in (await browser.ask(path, Accept_Encoding="gzip")).headers


async def test_head_is_get_without_its_body(counted: Program):
    head, get = await counted.ask("/api/v1/sites", "HEAD"), await counted.ask("/api/v1/sites")
    assert (head.code, head.body) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]
