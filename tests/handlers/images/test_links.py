"""A share link shows its image to anybody until it ends or is revoked, and nothing else."""

import re
from datetime import timedelta

from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import SITE, FoyerServer, StartFoyer

FORM = "report=site-by-day&query=from%3Dnow-6d%2Fd%26theme%3Ddark&days=7"


async def make_link(one: Browser, form: str = FORM) -> str:
    answer = await one.open("/links", "POST", form, Origin=SITE)
    match = re.search(r"/s/[A-Za-z0-9_-]+\.svg", answer.body.decode())
    assert match, answer.body.decode()
    return match[0]


async def signed_in(office_server: FoyerServer) -> Browser:
    one = office_server.new_browser()
    await one.sign_in()
    return one


async def test_link_shows_its_image_without_sign_in_and_ignores_parameters(start_foyer: StartFoyer):
    office_server = await start_foyer()
    path = await make_link(await signed_in(office_server))
    answer = await office_server.new_browser().open(path)
    assert (answer.code, answer.headers["Content-Type"]) == (200, "image/svg+xml")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert b"How much are we read each day?" in answer.body
    assert b"#0f1216" in answer.body
    other = await office_server.new_browser().open(f"{path}?theme=light&from=now-90d/d&report=site-pages")
    assert other.body == answer.body


async def test_forged_link_is_404(start_foyer: StartFoyer):
    office_server = await start_foyer()
    path = await make_link(await signed_in(office_server))
    for place in (4, 8, 20, 30):
        letter = "A" if path[place] != "A" else "B"
        forged = path[:place] + letter + path[place + 1 :]
        assert (await office_server.new_browser().open(forged)).code == 404, forged


async def test_expired_link_is_404(start_foyer: StartFoyer):
    office_server = await start_foyer()
    path = await make_link(await signed_in(office_server))
    office_server.clock.shift(timedelta(days=7, seconds=1))
    assert (await office_server.new_browser().open(path)).code == 404


async def test_links_show_their_options_as_people_write_them(start_foyer: StartFoyer):
    one = await signed_in(await start_foyer())
    await make_link(one, FORM.replace("&days", "%26page%3D%2Fb%C3%BCro%252B1&days"))
    page = (await one.open("/links?report=site-by-day&query=from%3Dnow-6d%252Fd%26to%3Dnow")).body.decode()
    assert "from=now-6d/d&amp;theme=dark&amp;page=/büro%2B1" in page.replace("<wbr>", "").replace("&amp;amp;", "&amp;")
    assert 'value="from=now-6d/d&amp;to=now"' in page


async def test_revoked_link_is_404(start_foyer: StartFoyer):
    office_server = await start_foyer()
    one = await signed_in(office_server)
    path = await make_link(one)
    assert (await one.open("/links/1/revoke", "POST", Origin=SITE)).code == 303
    assert (await office_server.new_browser().open(path)).code == 404


async def test_link_with_wrong_options_is_not_made(start_foyer: StartFoyer):
    office_server = await start_foyer()
    one = await signed_in(office_server)
    for form in ("report=nothing&days=7", "report=site-by-day&days=8", "report=site-by-day&days=7&query=x%3D1"):
        assert (await one.open("/links", "POST", form, Origin=SITE)).code == 422, form
