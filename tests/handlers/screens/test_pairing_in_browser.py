"""From /tv to the wall in two real browsers: a television and a telephone."""

import re
from itertools import pairwise

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from tests.handlers.accounts.test_login_in_browser import OpenFoyer, foyer
from tests.handlers.screens.conftest import OLD_TELEVISION
from utilities.screens.requests import CODE_LIFETIME

__all__ = ["foyer"]

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

CODE = re.compile(r"^[B-Z]{4}-[B-Z]{4}$")

CONTENT_BOXES = """() => Array.from(
    document.querySelectorAll('h1, .square, .first, .address, .code, .last, footer p, .clock'),
    node => {
        const range = document.createRange();
        range.selectNodeContents(node);
        const box = (node.querySelector('svg:not(.mark)') || range).getBoundingClientRect();
        return [box.left, box.top, box.right, box.bottom];
    })"""


async def open_television(foyer: OpenFoyer, chromium: Chromium, width: int = 1920, height: int = 1080) -> Page:
    context = await chromium.new_context(viewport={"width": width, "height": height}, user_agent=OLD_TELEVISION)
    page = await context.new_page()
    await page.goto(f"{foyer.site}/tv")
    await expect(page.locator(".code")).to_have_text(CODE)
    return page


async def open_telephone(foyer: OpenFoyer, chromium: Chromium, code: str) -> Page:
    """Scans the code with a telephone that has not signed in."""
    context = await chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = await context.new_page()
    await page.goto(f"{foyer.site}/pair?code={code}")
    await page.tap("#sign-in")
    await expect(page.locator("h1")).to_have_text("Is this screen in front of you?")
    await expect(page.locator(".shown-code")).to_have_text(code)
    return page


async def test_television_is_paired_unpaired_and_paired_again(foyer: OpenFoyer, chromium: Chromium):
    television = await open_television(foyer, chromium)
    faults: list[str] = []
    television.on("pageerror", lambda error: faults.append(str(error)))
    code = await television.locator(".code").inner_text()
    telephone = await open_telephone(foyer, chromium, code)
    await expect(telephone.locator(".device")).to_contain_text("1920 × 1080")
    await telephone.fill("#name", "Reception")
    await telephone.fill("#place", "Ground floor")
    await telephone.tap("text=Approve this screen")
    await expect(telephone.locator("[role=status]")).to_have_text("Reception is paired and shows Office.")
    await expect(television.locator(".tile").first).to_be_visible()
    assert not await television.locator(".way-out, .code, .greeting").count()
    await television.reload()
    await expect(television.locator(".status .word")).to_be_visible()
    await telephone.tap("button:has-text('Unpair')")
    await expect(television.locator(".code")).to_have_text(CODE, timeout=15_000)
    assert not await television.locator(".tile").count()
    await telephone.goto(f"{foyer.site}/pair?code={await television.locator('.code').inner_text()}")
    await expect(telephone.locator(".notice")).to_contain_text("This was Reception before")
    await telephone.tap("text=Approve this screen")
    await expect(television.locator(".tile").first).to_be_visible()
    await expect(television.locator(".greeting")).to_have_text("Welcome back, Reception")
    assert not faults
    for page in (television, telephone):
        await page.context.close()


async def test_refused_and_expired_codes_are_replaced_without_a_hand(foyer: OpenFoyer, chromium: Chromium):
    television = await open_television(foyer, chromium)
    first = await television.locator(".code").inner_text()
    telephone = await open_telephone(foyer, chromium, first)
    foyer.provider.clock.shift(CODE_LIFETIME / 2)
    await telephone.tap("text=Refuse it")
    await expect(television.locator(".code")).not_to_have_text(first)
    second = await television.locator(".code").inner_text()
    foyer.provider.clock.shift(CODE_LIFETIME)
    await television.reload()  # the page's own clock is not the one that was shifted
    await expect(television.locator(".code")).not_to_have_text(second)
    await telephone.goto(f"{foyer.site}/pair?code={second}")
    await expect(telephone.locator("[role=alert]")).to_contain_text("No screen shows this code now.")
    for page in (television, telephone):
        await page.context.close()


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1280, 720), (3840, 2160), (2560, 1080)])
async def test_everything_on_the_glass_is_within_the_safe_area(
    foyer: OpenFoyer, chromium: Chromium, size: tuple[int, int]
):
    television = await open_television(foyer, chromium, *size)
    boxes = await television.evaluate(CONTENT_BOXES)
    margin = (0.049 - 0.02) * min(size)  # the picture moves by 2 % against burn-in
    for left, top, right, bottom in boxes:
        assert margin <= left
        assert margin <= top
        assert right <= size[0] - margin
        assert bottom <= size[1] - margin
    words = boxes[2:6]
    assert all(above[3] <= below[1] + 1 for above, below in pairwise(words))
    await television.context.close()
