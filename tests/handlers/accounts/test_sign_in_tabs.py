"""Several tabs of one browser sign in at once."""

from collections.abc import Callable

from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import Provider
from tests.handlers.accounts.test_sign_in import assert_refused, attempt_cookies, is_signed_in


async def test_two_tabs_sign_in_at_once(new_browser: Callable[[], Browser]):
    """Checks that each tab keeps its attempt and its page, in whichever order they come back."""
    browser = new_browser()
    addresses = []
    for page in ("/reports", "/boards", "/flow"):
        await browser.start_sign_in(page)
        addresses.append((page, await browser.approve_at_issuer()))
    for page, address in reversed(addresses):
        answer = await browser.open(address)
        assert (answer.code, answer.headers.get("Location")) == (302, page)
    assert not attempt_cookies(browser)
    assert await is_signed_in(browser)


async def test_forged_answer_leaves_the_attempt_of_a_tab_as_it_is(
    new_browser: Callable[[], Browser], provider: Provider
):
    browser = new_browser()
    await browser.start_sign_in()
    address = await browser.approve_at_issuer()
    await assert_refused(browser, provider, "/login/callback?state=forged&code=x")
    assert (await browser.open(address)).code == 302


async def test_abandoned_attempts_do_not_fill_the_browser(new_browser: Callable[[], Browser]):
    browser = new_browser()
    for _ in range(30):
        await browser.start_sign_in("/reports?q=" + "%25E8%25A1%25A8" * 100)
        assert sum(len(each) for each in browser.cookies.values()) < 8_000
    assert (await browser.open(await browser.approve_at_issuer())).code == 302
