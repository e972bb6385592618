"""Reports as pages, JSON and CSV."""

import asyncio
import csv
import io
import json

import pytest

from handlers.reports.desk_state import DeskState
from handlers.reports.report_query import READING_TIMEOUT_SECONDS
from tests.waiting import wait_until
from utilities.model.errors import SourceMisconfigured, Unavailable
from utilities.model.frames import Column, Frame, ValueKind


async def test_json_is_the_contract(server, fetch):
    await server.wait_for_reading("pages")
    response = await fetch(f"{server.address}/reports/pages.json")
    assert response.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert json.loads(response.body) == {
        "report": "pages",
        "title": "Which pages are read?",
        "state": "live",
        "taken_at": "2026-11-20T09:00:00+00:00",
        "columns": [
            {"key": "pagePath", "heading": "Page", "kind": "text"},
            {"key": "screenPageViews", "heading": "Views", "kind": "integer"},
            {"key": "bounceRate", "heading": "Bounce", "kind": "fraction"},
            {"key": "stay", "heading": "Stay", "kind": "seconds"},
            {"key": "hacker-news", "heading": "HN", "kind": "share"},
        ],
        "rows": [["/pricing", 21480, 0.381, 171.4, 412], ["=HYPERLINK(1)<b>", 7, 0.5, 3, None]],
        "notes": ["Google withheld rows", "HN: unavailable: answered 503"],
    }


async def test_report_without_a_reading_is_200_and_waiting_at_once(server, fetch):
    async with asyncio.timeout(READING_TIMEOUT_SECONDS - 1):
        response = await fetch(f"{server.address}/reports/words.json")
    document = json.loads(response.body)
    assert (response.code, document["state"], document["taken_at"], document["rows"]) == (200, "waiting", None, [])


async def test_report_on_no_board_is_queried_once_for_many_requests(server, fetch):
    assert "words" not in server.source.queries
    for _ in range(5):
        await fetch(f"{server.address}/reports/words.json")
    await server.wait_for_reading("words")
    assert server.source.queries.count("words") == 1
    assert json.loads((await fetch(f"{server.address}/reports/words.json")).body)["state"] == "live"


async def test_page_reloads_while_pending_and_not_with_figures(server, fetch):
    waiting = (await fetch(f"{server.address}/reports/words")).body.decode()
    assert 'http-equiv="refresh"' in waiting
    assert "The query is running" in waiting
    await server.wait_for_reading("words")
    assert 'http-equiv="refresh"' not in (await fetch(f"{server.address}/reports/words")).body.decode()


async def test_page_shows_every_row_formatted_and_escaped(server, fetch):
    await server.wait_for_reading("pages")
    server.clock.advance(minutes=4)
    page = (await fetch(f"{server.address}/reports/pages")).body.decode()
    for text in ("21,480", "38.10%", "0:02:51", "–", "=HYPERLINK(1)&lt;b&gt;", "4 min ago", "HN: unavailable"):
        assert text in page
    assert "Fri 13 Nov to Thu 19 Nov 2026, Berlin time" in page
    assert "<b>" not in page


async def test_page_explains_short_headings(server, fetch):
    await server.wait_for_reading("pages")
    page = (await fetch(f"{server.address}/reports/pages")).body.decode()
    assert "<dt><bdi>HN</bdi></dt><dd><bdi>points and comments on Hacker News</bdi></dd>" in page


async def test_csv_has_headings_and_no_formula(server, fetch):
    await server.wait_for_reading("pages")
    response = await fetch(f"{server.address}/reports/pages.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=UTF-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="pages_2026-11-13_2026-11-19.csv"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Foyer-Rows"] == "2; complete=?1"
    assert list(csv.reader(io.StringIO(response.body.decode()))) == [
        ["Page", "Views", "Bounce", "Stay", "HN"],
        ["/pricing", "21480", "0.381", "171.4", "412"],
        ["'=HYPERLINK(1)<b>", "7", "0.5", "3", ""],
    ]
    shown = await fetch(f"{server.address}/reports/pages.csv?format=display&bom=true")
    assert shown.body.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(shown.body.decode("utf-8-sig"))))[1:] == [
        ["/pricing", "21,480", "38.10%", "0:02:51", "412"],
        ["'=HYPERLINK(1)<b>", "7", "50.00%", "0:00:03", "–"],
    ]


async def test_csv_without_figures_waits_for_them_and_says_how_old_they_are(server, fetch):
    answer = asyncio.ensure_future(fetch(f"{server.address}/reports/words.csv"))
    await wait_until(lambda: "words" in server.source.queries)
    server.source.unblocked.set()
    response = await answer
    assert (response.code, response.body.count(b"\r\n")) == (200, 3)
    assert (response.headers["Age"], response.headers["Last-Modified"]) == ("0", "Fri, 20 Nov 2026 09:00:00 GMT")


@pytest.mark.parametrize("form", ["csv", "svg", pytest.param("png", marks=pytest.mark.slow)])
async def test_old_figures_are_renewed_before_a_file_is_sent(server, fetch, form):
    await server.wait_for_reading("words")
    task = server.services.refresher.refresh_tasks["words"]
    task.expires_at = 0.0
    task.wake_event.set()
    await wait_until(lambda: "words" not in server.services.refresher.running)
    server.clock.advance(minutes=8)
    response = await fetch(f"{server.address}/reports/words.{form}")
    assert (response.code, response.headers["Age"]) == (200, "0")
    assert server.source.queries.count("words") == 2


@pytest.mark.parametrize("form", ["json", "csv", "svg", "png"])
async def test_error_of_a_file_is_a_problem_document(server, fetch, form):
    server.source.answers["words"] = SourceMisconfigured("Google refuses: give the account the role Viewer")
    server.source.unblocked.set()
    for path, status, words in (
        (f"/reports/nothing.{form}", 404, "There is nothing at this address"),
        (f"/reports/words.{form}?formt=raw", 400, "`formt`" if form in ("json", "csv") else "others"),
        (f"/reports/words.{form}", 503, "give the account the role Viewer"),
    ):
        answer = await fetch(server.address + path, headers={"Accept": "text/html,*/*"})
        if (form, status) == ("json", 503):  # its `state` says so
            assert answer.code == 200
            continue
        problem = json.loads(answer.body)
        assert (answer.code, answer.headers["Content-Type"]) == (status, "application/problem+json")
        assert (problem["status"], problem["type"]) == (status, "about:blank")
        assert words in problem["detail"]
        assert problem["request_id"] == answer.headers["X-Request-Id"]
        assert status != 503 or int(answer.headers["Retry-After"]) > 0


async def test_failure_without_figures_shows_the_error(server, fetch):
    server.source.answers["words"] = SourceMisconfigured("Google refuses: give the account the role Viewer")
    await server.wait_for_reading("words")
    document = json.loads((await fetch(f"{server.address}/reports/words.json")).body)
    assert (document["state"], document["rows"]) == ("failed", [])
    assert document["notes"] == ["Google refuses: give the account the role Viewer"]
    assert "There are no figures: " in (await fetch(f"{server.address}/reports/words")).body.decode()


async def test_old_figures_are_shown_with_their_age(server, fetch):
    await server.wait_for_reading("pages")
    server.source.unblocked.clear()
    server.clock.advance(hours=7)
    document = json.loads((await fetch(f"{server.address}/reports/pages.json")).body)
    assert (document["state"], len(document["rows"])) == ("stale", 2)
    assert "7 h ago" in (await fetch(f"{server.address}/reports/pages")).body.decode()


async def test_empty_answer_is_not_an_error(server, fetch):
    server.source.answers["words"] = Frame((Column("country", "Country", ValueKind.TEXT),), ())
    await server.wait_for_reading("words")
    assert "There was nothing to count" in (await fetch(f"{server.address}/reports/words")).body.decode()
    assert (await fetch(f"{server.address}/reports/words.csv")).body == b'"Country"\r\n'


async def test_unknown_report_is_404_as_json_or_page(server, fetch):
    as_json = await fetch(f"{server.address}/reports/nothing.json")
    assert (as_json.code, json.loads(as_json.body)["status"]) == (404, 404)
    as_page = await fetch(f"{server.address}/reports/nothing")
    assert (as_page.code, as_page.headers["Content-Type"]) == (404, "text/html; charset=UTF-8")


async def test_list_has_every_report_with_its_state_and_the_quotas(server, fetch):
    await server.wait_for_reading("pages")
    server.source.answers["words"] = Unavailable("no answer")
    server.source.facts = {
        "quota": {
            "core": {
                "tokensPerDay": {"remaining": 150_000, "limit": 200_000},
                "tokensPerHour": {"remaining": 39_000, "limit": 40_000},
            }
        }
    }
    page = (await fetch(f"{server.address}/reports")).body.decode()
    assert "Which pages are read?" in page
    assert 'data-state="live"' in page
    assert 'data-state="waiting"' not in page  # nobody has opened it
    assert "the source: 150,000 of 200,000 tokens left today" in page
    assert "this hour" not in page
    assert "The source<span" in page


async def test_single_row_is_a_list_with_changes(server, fetch):
    columns = (Column("views", "Views", ValueKind.INTEGER), Column("views:previous", "Views before", ValueKind.INTEGER))
    server.source.answers["words"] = Frame(columns, ((110, 100),))
    await server.wait_for_reading("words")
    page = " ".join((await fetch(f"{server.address}/reports/words")).body.decode().split())
    assert '<td class="figure">110</td> <td class="figure">100</td>' in page
    assert "+10%</span>" in page


async def test_page_and_its_former_name_part_select_the_page_of_the_table(server, fetch):
    rows = tuple((f"/{number}",) for number in range(120))
    server.source.answers["words"] = Frame((Column("path", "Page", ValueKind.TEXT),), rows)
    await server.wait_for_reading("words")
    for query in ("page=2", "part=2", "part=3&page=2", "page=/pricing&page=2"):
        page = (await fetch(f"{server.address}/reports/words?{query}")).body.decode()
        assert "51 to 100 of 120" in page, query
        assert 'rel="next" href="?page=3"' in page, query
    for query in ("page=0", "page=x", "part=-1"):
        assert (await fetch(f"{server.address}/reports/words?{query}")).code == 400, query


def test_page_number_and_page_filter_share_a_name_in_links():
    state = DeskState({"page": "/pricing"}, page=2)
    assert state.link(page=3) == "?page=%2Fpricing&page=3"
    assert state.link(sort="views") == "?page=%2Fpricing&sort=views"
    assert state.hidden_inputs("q") == [("page", "/pricing")]
