"""A figure that says now or today is gone from tile, page, JSON and image when its moment or day is over."""

import json
from dataclasses import replace
from datetime import date, timedelta

from tornado.httpclient import AsyncHTTPClient

from tests.rendering.walls.conftest import StartServer, number
from tests.waiting import wait_until
from utilities.model.frames import DateRange

BOARD = """
title: Office
zone: Europe/Berlin
tiles:
  - {report: visitors, view: number, title: "Visits today?", place: [1, 1, 6, 6]}
"""


async def test_figure_of_today_is_withdrawn_after_midnight_while_its_source_fails(start_server: StartServer):
    server = await start_server(BOARD)

    async def read(path: str) -> str:
        answer = await AsyncHTTPClient().fetch(server.url(path), raise_error=False)
        return answer.body.decode()

    midnight = server.clock() + timedelta(minutes=40)
    day = DateRange(date(2026, 11, 24), date(2026, 11, 24), "Europe/Berlin", has_ended=False)
    today = replace(number(2318), date_range=day, current_until=midnight)
    await server.show("visitors", today, error="Google Analytics did not answer")
    await wait_until(lambda: "2,318" in server.html("visitors"))
    assert "2,318" in await read("/reports/visitors")
    server.clock.ahead += timedelta(minutes=40)
    await wait_until(lambda: 'data-state="failed"' in server.html("visitors"))
    for path in ("/boards/office", "/reports/visitors", "/reports/visitors.svg"):
        page = await read(path)
        assert "2,318" not in page
        assert "did not answer" in page
    exported = json.loads(await read("/reports/visitors.json"))
    assert (exported["state"], exported["rows"], exported["taken_at"]) == ("failed", [], None)
    reading = json.loads(await read("/api/v1/reports/visitors/reading"))
    assert (reading["state"], reading["rows"], reading["covers"]) == ("failed", [], None)
    health = json.loads(await read("/healthz"))["readings"]["visitors"]
    assert (health["state"], health["age"]) == ("failed", None)


async def test_yesterday_becomes_a_date_when_it_is_not_yesterday_any_more(start_server: StartServer):
    server = await start_server(BOARD)
    yesterday = (server.clock() - timedelta(days=1)).date()
    frame = replace(number(145), date_range=DateRange(yesterday, yesterday, "UTC"))
    await server.show("visitors", frame, error="Google Analytics did not answer")
    await wait_until(lambda: ">yesterday<" in server.html("visitors"))
    assert "· yesterday<" in (await AsyncHTTPClient().fetch(server.url())).body.decode()
    server.clock.ahead += timedelta(days=1)
    dated = f">{yesterday:%a} {yesterday.day} {yesterday:%B}"
    await wait_until(lambda: dated in server.html("visitors"))
    assert "yesterday" not in server.html("visitors")
    assert "yesterday" not in (await AsyncHTTPClient().fetch(server.url())).body.decode()
