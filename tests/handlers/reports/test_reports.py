"""The pages of reports: for people, for programs and for spreadsheets."""

import csv
import io
import json
import time

from handlers.reports.desk_state import DeskState
from utilities.model.errors import SourceMisconfigured, Unavailable
from utilities.model.frames import Column, Frame, ValueKind


async def test_json_is_the_contract(desk, fetch):
    await desk.answered("pages")
    response = await fetch(f"{desk.address}/reports/pages.json")
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


async def test_report_that_has_never_answered_is_200_and_waiting_and_is_not_waited_for(desk, fetch):
    began = time.monotonic()
    response = await fetch(f"{desk.address}/reports/words.json")
    assert time.monotonic() - began < 1
    told = json.loads(response.body)
    assert (response.code, told["state"], told["taken_at"], told["rows"]) == (200, "waiting", None, [])


async def test_report_on_no_board_is_asked_once_however_many_look(desk, fetch):
    assert "words" not in desk.oracle.asked
    for _ in range(5):
        await fetch(f"{desk.address}/reports/words.json")
    await desk.answered("words")
    assert desk.oracle.asked.count("words") == 1
    assert json.loads((await fetch(f"{desk.address}/reports/words.json")).body)["state"] == "live"


async def test_page_that_waits_loads_itself_anew_and_one_with_figures_does_not(desk, fetch):
    waiting = (await fetch(f"{desk.address}/reports/words")).body.decode()
    assert 'http-equiv="refresh"' in waiting
    assert "The query is running" in waiting
    await desk.answered("words")
    assert 'http-equiv="refresh"' not in (await fetch(f"{desk.address}/reports/words")).body.decode()


async def test_page_shows_every_row_as_people_read_it_and_escapes_it(desk, fetch):
    await desk.answered("pages")
    desk.clock.pass_by(minutes=4)
    page = (await fetch(f"{desk.address}/reports/pages")).body.decode()
    for text in ("21,480", "38.10%", "0:02:51", "–", "=HYPERLINK(1)&lt;b&gt;", "4 min ago", "HN: unavailable"):
        assert text in page
    assert "Fri 13 Nov to Thu 19 Nov 2026, Berlin time" in page
    assert "<b>" not in page


async def test_page_says_what_is_counted_under_a_short_heading(desk, fetch):
    await desk.answered("pages")
    page = (await fetch(f"{desk.address}/reports/pages")).body.decode()
    assert "<dt><bdi>HN</bdi></dt><dd><bdi>points and comments on Hacker News</bdi></dd>" in page


async def test_csv_has_headings_and_no_formula(desk, fetch):
    await desk.answered("pages")
    response = await fetch(f"{desk.address}/reports/pages.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=UTF-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="pages.csv"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert list(csv.reader(io.StringIO(response.body.decode()))) == [
        ["Page", "Views", "Bounce", "Stay", "HN"],
        ["/pricing", "21,480", "38.10%", "0:02:51", "412"],
        ["'=HYPERLINK(1)<b>", "7", "50.00%", "0:00:03", "–"],
    ]


async def test_failure_without_figures_says_why(desk, fetch):
    desk.oracle.answers["words"] = SourceMisconfigured("Google refuses: give the account the role Viewer")
    await desk.answered("words")
    told = json.loads((await fetch(f"{desk.address}/reports/words.json")).body)
    assert (told["state"], told["rows"]) == ("failed", [])
    assert told["notes"] == ["Google refuses: give the account the role Viewer"]
    assert "There are no figures: " in (await fetch(f"{desk.address}/reports/words")).body.decode()


async def test_old_figures_stay_with_their_age(desk, fetch):
    await desk.answered("pages")
    desk.oracle.held.clear()
    desk.clock.pass_by(hours=7)
    told = json.loads((await fetch(f"{desk.address}/reports/pages.json")).body)
    assert (told["state"], len(told["rows"])) == ("stale", 2)
    assert "7 h ago" in (await fetch(f"{desk.address}/reports/pages")).body.decode()


async def test_empty_answer_is_no_failure(desk, fetch):
    desk.oracle.answers["words"] = Frame((Column("country", "Country", ValueKind.TEXT),), ())
    await desk.answered("words")
    assert "There was nothing to count" in (await fetch(f"{desk.address}/reports/words")).body.decode()
    assert (await fetch(f"{desk.address}/reports/words.csv")).body == b'"Country"\r\n'


async def test_unknown_report_is_404_in_the_form_that_was_asked_for(desk, fetch):
    as_json = await fetch(f"{desk.address}/reports/nothing.json")
    assert (as_json.code, json.loads(as_json.body)["error"]["status"]) == (404, 404)
    as_page = await fetch(f"{desk.address}/reports/nothing")
    assert (as_page.code, as_page.headers["Content-Type"]) == (404, "text/html; charset=UTF-8")


async def test_list_has_every_report_with_its_state_in_words_and_what_is_left_of_the_quota(desk, fetch):
    await desk.answered("pages")
    desk.oracle.answers["words"] = Unavailable("no answer")
    desk.oracle.facts = {
        "quota": {
            "core": {
                "tokensPerDay": {"remaining": 150_000, "limit": 200_000},
                "tokensPerHour": {"remaining": 39_000, "limit": 40_000},
            }
        }
    }
    page = (await fetch(f"{desk.address}/reports")).body.decode()
    assert "Which pages are read?" in page
    assert 'data-state="live"' in page
    assert 'data-state="waiting"' in page
    assert "the oracle: 150,000 of 200,000 tokens left today" in page
    assert "this hour" not in page
    assert "The oracle, every 5 min" in page


async def test_single_row_of_figures_is_a_list_with_what_changed(desk, fetch):
    columns = (Column("views", "Views", ValueKind.INTEGER), Column("views:previous", "Views before", ValueKind.INTEGER))
    desk.oracle.answers["words"] = Frame(columns, ((110, 100),))
    await desk.answered("words")
    page = " ".join((await fetch(f"{desk.address}/reports/words")).body.decode().split())
    assert '<td class="figure">110</td> <td class="figure">100</td> <td class="figure">+10.0%</td>' in page


async def test_pages_of_the_table_are_numbered_by_page_and_by_its_former_name(desk, fetch):
    rows = tuple((f"/{number}",) for number in range(120))
    desk.oracle.answers["words"] = Frame((Column("path", "Page", ValueKind.TEXT),), rows)
    await desk.answered("words")
    for query in ("page=2", "part=2", "part=3&page=2", "page=/pricing&page=2"):
        page = (await fetch(f"{desk.address}/reports/words?{query}")).body.decode()
        assert "51 to 100 of 120" in page, query
        assert 'rel="next" href="?page=3"' in page, query
    for query in ("page=0", "page=x", "part=-1"):
        assert (await fetch(f"{desk.address}/reports/words?{query}")).code == 400, query


def test_page_of_the_table_stands_beside_a_page_that_filters_the_report():
    state = DeskState({"page": "/pricing"}, page=2)
    assert state.link(page=3) == "?page=%2Fpricing&page=3"
    assert state.link(sort="views") == "?page=%2Fpricing&sort=views"
    assert state.hidden_inputs("q") == [("page", "/pricing")]
