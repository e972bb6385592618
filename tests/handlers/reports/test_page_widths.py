"""Every page for people fits a phone, a tablet and a desk."""

import re

import pytest
from tornado.web import RequestHandler

from handlers.base.permissions import PEOPLE, Route
from handlers.serving.routes import all_routes
from tests.handlers.reports.test_browser import PAGES, DeskTab, address, tab

__all__ = ["address", "tab"]

pytestmark = pytest.mark.asyncio(loop_scope="session")  # where the browser is

PAGES_OF_A_SCREEN = ("", "/shows", "/size", "/preview", "/preview/office", "/calibration", "/shows")
PAIRED = {"name": "The screen with the long name " * 2, "place": "Donaudampfschifffahrtsgesellschaftskapitänskajüte"}
CUT_WORDS = """() => [...document.querySelectorAll('main *')].filter(each => {
    const style = getComputedStyle(each);
    return ['hidden', 'clip'].includes(style.overflowX) && each.scrollWidth > each.clientWidth + 1
        && style.textOverflow !== 'ellipsis' && !each.closest('.unseen, thead, svg, .drawing, input, select');
}).map(each => each.outerHTML.slice(0, 90))"""


def shows_a_page(route: Route) -> bool:
    return route.handler.get is not RequestHandler.get and not route.pattern.endswith("css")


@pytest.mark.slow
async def test_no_page_for_people_is_wider_than_its_window_and_no_word_is_cut(tab: DeskTab) -> None:
    page, request = tab.page, tab.page.request
    code = re.search(r'data-code="([A-Z-]{9})"', await (await request.get(tab.address + "/tv")).text())
    assert code
    form = {**PAIRED, "code": code[1], "diagonal": "55", "distance": "3", "board": "office"}
    assert (await request.post(tab.address + "/pair", form=form, headers={"Origin": tab.address})).ok
    paths = [*PAGES, "/pair?replaces=1", *(f"/screens/1{path}" for path in PAGES_OF_A_SCREEN)]
    routes = [each for each in all_routes() if each.allow == PEOPLE and shows_a_page(each)]
    addresses = [path.split("?")[0] for path in paths]
    missing = [each.pattern for each in routes if not any(re.fullmatch(each.pattern, path) for path in addresses)]
    assert missing == []
    faults: list[str] = []
    for path in paths:
        await tab.open(path)
        for width in (390, 768, 1280):
            await page.set_viewport_size({"width": width, "height": 900})
            is_wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
            faults += [f"{path} at {width}: {fault}" for fault in (*await page.evaluate(CUT_WORDS), *["too wide"] * is_wide)]
    assert "\n".join(faults) == ""
