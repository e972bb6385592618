"""A signed link shows its picture to anybody, until its day or until it is revoked, and nothing else to anybody."""

import re
from datetime import timedelta

from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import SITE, Office, Open

FORM = "report=site-by-day&query=from%3Dnow-6d%2Fd%26theme%3Ddark&days=7"


async def link(one: Browser, form: str = FORM) -> str:
    answer = await one.open("/links", "POST", form, Origin=SITE)
    found = re.search(r"/s/[A-Za-z0-9_-]+\.svg", answer.body.decode())
    assert found, answer.body.decode()
    return found[0]


async def signed_in(usual: Office) -> Browser:
    one = usual.browser()
    await one.sign_in()
    return one


async def test_link_shows_its_picture_to_nobody_in_particular(office: Open):
    usual = await office()
    way = await link(await signed_in(usual))
    answer = await usual.browser().open(way)
    assert (answer.code, answer.headers["Content-Type"]) == (200, "image/svg+xml")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert b"How much are we read each day?" in answer.body
    assert b"#0f1216" in answer.body
    other = await usual.browser().open(f"{way}?theme=light&from=now-90d/d&report=site-pages")
    assert other.body == answer.body


async def test_forged_link_shows_nothing(office: Open):
    usual = await office()
    way = await link(await signed_in(usual))
    for place in (4, 8, 20, 30):
        letter = "A" if way[place] != "A" else "B"
        forged = way[:place] + letter + way[place + 1 :]
        assert (await usual.browser().open(forged)).code == 404, forged


async def test_link_ends_on_its_day(office: Open):
    usual = await office()
    way = await link(await signed_in(usual))
    usual.clock.shift(timedelta(days=7, seconds=1))
    assert (await usual.browser().open(way)).code == 404


async def test_revoked_link_shows_nothing(office: Open):
    usual = await office()
    one = await signed_in(usual)
    way = await link(one)
    assert (await one.open("/links/1/revoke", "POST", Origin=SITE)).code == 303
    assert (await usual.browser().open(way)).code == 404


async def test_link_to_what_there_is_not_is_not_made(office: Open):
    usual = await office()
    one = await signed_in(usual)
    for form in ("report=nothing&days=7", "report=site-by-day&days=8", "report=site-by-day&days=7&query=x%3D1"):
        assert (await one.open("/links", "POST", form, Origin=SITE)).code == 422, form
