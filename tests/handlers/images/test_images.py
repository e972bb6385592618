"""Every report has an image; errors name the parameter and what is allowed."""

from dataclasses import replace
from datetime import datetime, timedelta
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from tests.handlers.accounts.conftest import StartFoyer
from tests.waiting import wait_until
from utilities.rendering.charts.embedded_fonts import style_hash

DAYS = "/reports/site-by-day.svg?from=now-6d/d"
WRONG_PARAMETERS = {
    "view=cube": "`view` must be one of area, bar",
    "series=nothing": "`series` must be some of views, visitors, visits",
    "width=12": "`width` must be a whole number of px from 200 to 2400",
    "height=1e3": "`height` must be a whole number of px from 120 to 1600",
    "theme=pink": "`theme` must be one of light, dark",
    "widht=300": "`width`, `height`, `theme`",
    "to=yesterday": "`to`",
}


async def test_image_has_defaults_and_an_etag(start_local_foyer: StartFoyer):
    browser = (await start_local_foyer()).new_browser()
    answer = await browser.open(DAYS)
    svg = ElementTree.fromstring(answer.body)
    assert (answer.code, answer.headers["Content-Type"]) == (200, "image/svg+xml")
    assert (svg.get("width"), svg.get("height")) == ("960", "480")
    assert b"How much are we read each day?" in answer.body
    assert style_hash(answer.body.decode()) in answer.headers["Content-Security-Policy"]
    again = await browser.open(DAYS, If_None_Match=answer.headers["ETag"])
    assert again.code == 304
    head = await browser.open(DAYS, "HEAD")
    assert (head.code, head.body, head.headers["ETag"]) == (200, b"", answer.headers["ETag"])
    # A wiki of the company shows it, asks again whether it has changed, and gets no cookie.
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-site"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Set-Cookie" not in answer.headers


async def test_image_is_drawn_again_for_new_figures_and_when_they_are_out_of_date(start_local_foyer: StartFoyer):
    local_server = await start_local_foyer()
    browser = local_server.new_browser()
    before = await browser.open(DAYS)
    [old] = local_server.services.variants.store.cache.readings.values()
    new = replace(old, frame=replace(old.frame, rows=((*old.frame.rows[0][:1], 7654, 1, 1),)))
    local_server.services.variants.store.cache.put_reading(new)
    after = await browser.open(DAYS, If_None_Match=before.headers["ETag"])
    assert (after.code, b"7,654" in after.body) == (200, True)
    plain = "/reports/site-by-day.svg"
    local_server.services.store.cache.put_reading(replace(new, report="site-by-day"))
    fresh = await browser.open(plain)
    assert b"out of date" not in fresh.body
    local_server.clock.shift(timedelta(days=2))
    assert b"out of date" in (await browser.open(plain, If_None_Match=fresh.headers["ETag"])).body


async def test_image_has_the_requested_size_series_and_theme(start_local_foyer: StartFoyer):
    local_server = await start_local_foyer()
    browser = local_server.new_browser()
    await browser.open(DAYS)
    [empty] = local_server.services.variants.store.cache.readings.values()
    counted = replace(empty, frame=replace(empty.frame, rows=tuple((row[0], 3, 2, 1) for row in empty.frame.rows)))
    local_server.services.variants.store.cache.put_reading(counted)
    answer = await browser.open(f"{DAYS}&view=line&series=visits,views&width=640&height=300&theme=dark")
    svg = ElementTree.fromstring(answer.body)
    assert (svg.get("width"), svg.get("height")) == ("640", "300")
    assert b"#0f1216" in answer.body
    assert b"Visits: " in answer.body
    assert b"Visitors: " not in answer.body


async def test_page_of_a_single_day_draws_its_hours(start_local_foyer: StartFoyer):
    local_server = await start_local_foyer()
    browser = local_server.new_browser()
    day, hours = (f"/reports/site-by-{unit}.json?from=now-1d/d&to=now-1d/d" for unit in ("day", "hour"))
    for path in (day, hours):
        await browser.open(path.replace(".json", ".svg"))  # waits for the figures
    cache = local_server.services.variants.store.cache
    for reading in list(cache.readings.values()):
        columns = reading.frame.columns
        rows = [
            [3 if c.is_numeric else cell for c, cell in zip(columns, row, strict=True)] for row in reading.frame.rows
        ]
        cache.put_reading(replace(reading, frame=replace(reading.frame, rows=tuple(map(tuple, rows)))))

    async def draws_hours() -> bool:
        page = (await browser.open(day.replace(".json", ""))).body.decode()
        return "How much are we read each hour?" in page and ">00:00<" in page

    await wait_until(draws_hours)  # a page waits two seconds for its chart, and a busy machine may need longer
    for view in ("pie", "meter", "heatmap"):  # that the day cannot have
        assert (await browser.open(day.replace(".json", "") + f"&view={view}")).code == 200


async def test_image_is_available_as_png(start_local_foyer: StartFoyer):
    browser = (await start_local_foyer()).new_browser()
    answer = await browser.open(DAYS.replace(".svg", ".png") + "&width=300&height=150")
    assert (answer.code, answer.headers["Content-Type"]) == (200, "image/png")
    assert answer.body[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(answer.body[16:20], "big") == 600


async def test_wrong_parameter_is_named_with_what_is_allowed(start_local_foyer: StartFoyer):
    browser = (await start_local_foyer()).new_browser()
    for parameter, words in WRONG_PARAMETERS.items():
        answer = await browser.open(f"{DAYS}&{parameter}")
        assert (answer.code, words in answer.body.decode()) == (400, True), parameter
    assert (await browser.open("/reports/nothing.svg")).code == 404


@pytest.mark.parametrize("form", ["csv", "json", "svg"])
async def test_yesterday_is_another_day_after_midnight(start_local_foyer: StartFoyer, form: str):
    local_server = await start_local_foyer()
    zone = ZoneInfo(local_server.services.collector.sites.zone)
    path, browser = f"/reports/site-by-day.{form}?from=now-1d/d&to=now-1d/d", local_server.new_browser()
    days = {"csv": ('"2026-11-19"', '"2026-11-20"'), "svg": ("Thu 19 Nov", "Fri 20 Nov")}
    midnight = datetime(2026, 11, 21, tzinfo=zone)
    for place, seconds in enumerate((-3600, 2)):
        local_server.clock.set_time(midnight + timedelta(seconds=seconds))
        answer = await browser.open(path)
        assert answer.code == 200
        assert [day.encode() in answer.body for day in days.get(form, days["csv"])] == [place == 0, place == 1]
    await local_server.services.variants.refresher.stop()
    local_server.clock.set_time(midnight + timedelta(days=1, seconds=2))
    answer = await browser.open(path)
    assert answer.code == (200 if form == "json" else 503)
