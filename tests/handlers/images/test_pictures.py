"""Every report is a picture by its address, and says what of the address it cannot understand."""

from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

from tests.handlers.accounts.conftest import Open

DAYS = "/reports/site-by-day.svg?from=now-6d/d"
ODD = {
    "view=cube": "`view` must be one of area, bar",
    "series=nothing": "`series` must be some of views, visitors, visits",
    "width=12": "`width` must be a whole number of px from 200 to 2400",
    "height=1e3": "`height` must be a whole number of px from 120 to 1600",
    "theme=pink": "`theme` must be one of light, dark",
    "widht=300": "`width`, `height`, `theme`",
    "to=yesterday": "`to`",
}


async def test_picture_has_a_default_for_everything_and_is_known_again(local: Open):
    one = (await local()).browser()
    answer = await one.open(DAYS)
    svg = ElementTree.fromstring(answer.body)
    assert (answer.code, answer.headers["Content-Type"]) == (200, "image/svg+xml")
    assert (svg.get("width"), svg.get("height")) == ("960", "480")
    assert b"How much are we read each day?" in answer.body
    again = await one.open(DAYS, If_None_Match=answer.headers["ETag"])
    assert again.code == 304


async def test_picture_is_made_anew_for_other_figures_and_when_they_are_out_of_date(local: Open):
    place = await local()
    one = place.browser()
    before = await one.open(DAYS)
    [old] = place.services.variants.store.cache.readings.values()
    new = replace(old, frame=replace(old.frame, rows=((*old.frame.rows[0][:1], 7654, 1, 1),)))
    place.services.variants.store.cache.put_reading(new)
    after = await one.open(DAYS, If_None_Match=before.headers["ETag"])
    assert (after.code, b"7,654" in after.body) == (200, True)
    plain = "/reports/site-by-day.svg"
    place.services.store.cache.put_reading(replace(new, report="site-by-day"))
    fresh = await one.open(plain)
    assert b"out of date" not in fresh.body
    place.clock.shift(timedelta(days=2))
    assert b"out of date" in (await one.open(plain, If_None_Match=fresh.headers["ETag"])).body


async def test_picture_is_of_the_size_series_and_theme_that_are_wanted(local: Open):
    one = (await local()).browser()
    answer = await one.open(f"{DAYS}&view=line&series=visits,views&width=640&height=300&theme=dark")
    svg = ElementTree.fromstring(answer.body)
    assert (svg.get("width"), svg.get("height")) == ("640", "300")
    assert b"#0f1216" in answer.body
    assert b"Visits: " in answer.body
    assert b"Visitors: " not in answer.body


async def test_picture_is_png_as_well(local: Open):
    one = (await local()).browser()
    answer = await one.open(DAYS.replace(".svg", ".png") + "&width=300&height=150")
    assert (answer.code, answer.headers["Content-Type"]) == (200, "image/png")
    assert answer.body[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(answer.body[16:20], "big") == 600


async def test_what_is_not_understood_is_named_with_what_is_allowed(local: Open):
    one = (await local()).browser()
    for odd, words in ODD.items():
        answer = await one.open(f"{DAYS}&{odd}")
        assert (answer.code, words in answer.body.decode()) == (400, True), odd
    assert (await one.open("/reports/nothing.svg")).code == 404
