"""The `next` parameter leads to pages of Foyer only, and to each of them."""

import html
import re
from collections.abc import Callable
from urllib.parse import quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import Provider
from utilities.accounts.signin.return_url import safe_return_url

EVERYDAY = {
    **dict.fromkeys(("/", "/reports", "/reports/top-pages", "/reports/top-pages.json", "/boards/office?", "/?a=b"), ""),
    "/reports/top_pages.csv?range=7": "",
    "/boards/office?theme=light&screen=32-inch": "",
    "/boards/office?title=Wie%20geht%27s": "",
    "/reports/site-pages?from=now-6d/d&to=now": "",
    "/reports/site-pages?q=(not+set)": "",
    "/reports/site-pages?q=%28not%20set%29": "",
    "/reports/site-pages?q=café über": "/reports/site-pages?q=caf%C3%A9%20%C3%BCber",
    "/reports/site-pages?page=/blog/表ポ": "/reports/site-pages?page=/blog/%E8%A1%A8%E3%83%9D",
    "/reports/site-pages?q=100%": "/reports/site-pages?q=100%25",
    "/reports/site-pages?q=50%zz&x=%41": "/reports/site-pages?q=50%25zz&x=%41",
    "/reports/site-pages?x=%0d%0aSet-Cookie:a=b": "",
    "/reports/site-pages?q='a' \"b\" <c> {d} |e| ^f \\g `h`": (
        "/reports/site-pages?q='a'%20%22b%22%20%3Cc%3E%20%7Bd%7D%20%7Ce%7C%20%5Ef%20%5Cg%20%60h%60"
    ),
    "/flow?by=path&through=/a/b,/c;d:e@f!$*": "",
    "/flow?url=https://example.com/a//b?c": "",
    "/reports/top-pages?x=//y#z": "",
    "/reports/top-pages#row-7": "",
    "/reports/top-pages#é x": "/reports/top-pages#%C3%A9%20x",
    "/reports/über": "/reports/%C3%BCber",
    "/reports/%c3%bcber": "/reports/%C3%BCber",
    "/reports/top%2Dpages": "/reports/top-pages",
    "/reports/site-pages?q=" + "a" * 3000: "",
    "/reports/site-pages?q=" + "%E8%A1%A8" * 500: "",
    "/reports/site-pages?q=" + "a" * 9000: "/reports/site-pages",
}
"""Addresses that people have, and what is kept of them; '' where nothing changes."""

UGLY = [
    *("", " ", "reports", "//evil.example", "///evil.example", "////evil.example/%2e%2e", "/\\evil.example"),
    *("\\\\evil.example", "\\/evil.example", "/\\/evil.example", "/\t/evil.example", "/\n/evil.example", "/\r/evil"),
    *("/%09/evil.example", "/%0a/evil.example", "/%5cevil.example", "/%5c%5cevil.example", "/%2fevil.example"),
    *("/%2f%2fevil.example", "%2f%2fevil.example", "/%252f%252fevil.example", "/%255cevil.example", "/%00/evil"),
    *("/.", "/..", "/../evil", "/./evil", "/.//evil.example", "/..//evil.example", "/%2e%2e//evil.example", "/a/.."),
    *("/reports/../../evil.example", "/reports//evil.example", "//evil.example/reports", "/reports/./x", "/.hidden"),
    *("https://evil.example", "http://evil.example", "https:evil.example", "https:/evil.example", "HTTPS://evil"),
    *("javascript:alert(1)", "/javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x"),
    *("/@evil.example", "//user@evil.example", "/user:pass@evil.example", "https://foyer.example.com@evil.example"),
    *("/;evil.example", "/;@evil.example", "/evil.example;x=1", "/%2E./x", "/a/%2e%2e/b", "/%5C/evil", "/%0D%0Aevil"),
    *("//[::1]", "/[::1]", "//127.0.0.1", "//0x7f000001", "//⑯⑨。②⑤④", "//?x", "//#x", "/\\?x", "?x", "#x", "?//evil"),
    *("/ reports", "/reports ", "/reports\n", "\n/reports", "/reports?x=\ny", "/reports#\ty", "/reports\x7f"),
    *("/reports?x=\r\nSet-Cookie:a=b", "/reports?x=\x00", "/reports%3Fx", "/reports%23x", "/%2F/evil.example"),
    *("/login", "/login/", "/login?next=/", "/login/callback?code=x", "/login-page", "/sign-out", "/sign-out?x"),
    *("/%6Cogin", "/login#x", "/" + "a" * 9000, "/*", "/reports|x", "/re<ports", "/`id`", "/${x}", "/{{7*7}}", "/%zz"),
]
WORLD = "/\\.@:;?#%&\t\r\n \u3002\uff0f\uff3c\u2215\u2044\u29f8\u00a0\u2028\ufeff\u202e\u00e9\U0001f98a"
SENT_AS_IT_IS = "/?:@!$&'()*+,;=%-._~"  # browsers escape everything else


@pytest.mark.parametrize(("target", "kept"), EVERYDAY.items())
def test_everyday_address_is_kept_and_does_not_change_again(target: str, kept: str):
    once = safe_return_url(target)
    assert once == (kept or target)
    assert safe_return_url(once) == once
    assert once.isascii()


@pytest.mark.parametrize("target", UGLY)
def test_anything_else_redirects_to_the_start_page(target: str):
    for form in (target, unquote(target), unquote(unquote(target)), quote(target), quote(quote(target))):
        assert is_local(form)
    assert safe_return_url(target) == "/"


def is_local(target: str) -> bool:
    """Whether a browser stays on this site: it reads backslashes as slashes and drops control characters."""
    seen = "".join(c for c in safe_return_url(target) if c not in "\t\r\n").replace("\\", "/")
    parts = urlsplit(seen)
    path = re.split(r"[?#]", seen)[0]
    return seen.startswith("/") and "//" not in path and not parts.scheme and not parts.netloc


@given(st.text(alphabet=st.sampled_from("/\\.@:;?#%2fF5cC0aA9e \t\r\nabx"), max_size=30))
def test_no_unusual_characters_lead_to_another_site(target: str):
    assert is_local(target)
    assert is_local("/" + target)
    assert ".." not in re.split(r"[?#]", safe_return_url("/" + target))[0].split("/")


@given(st.text(alphabet=st.sampled_from(WORLD), max_size=12), st.sampled_from(["", "/", "/a", "/a?", "/a#"]))
def test_no_character_of_the_world_leads_to_another_site(target: str, start: str):
    for form in (start + target, quote(start + target), unquote(start + target)):
        assert is_local(form)
        assert safe_return_url(form).isascii()


@pytest.mark.slow
async def test_everyday_address_is_kept_from_the_first_request_to_the_last(
    new_browser: Callable[[], Browser], subtests: pytest.Subtests
):
    """Checks each step as a browser takes it: the page, the sign-in page, its link, the issuer and back."""
    walked = 0
    for target, kept in EVERYDAY.items():
        browser = new_browser()
        asked = await browser.open(quote(target, safe=SENT_AS_IT_IS))
        if asked.code != 302 or "#" in target or target.endswith("?"):
            continue  # no page, or not sent by this browser: test_login_in_browser.py has fragments
        walked += 1
        page = await browser.open(asked.headers["Location"])
        link = re.search(r'id="sign-in" href="([^"]*)"', page.body.decode())
        with subtests.test(target):
            assert asked.headers["Location"].startswith("/login-page?next=")
            assert link
            began = await browser.open(html.unescape(link[1]))
            back = (await browser.open(began.headers["Location"])).headers["Location"]
            assert (await browser.open(back)).headers["Location"] == (kept or target)
    assert walked > 14


async def test_address_is_kept_when_the_first_account_is_refused(
    new_browser: Callable[[], Browser], provider: Provider
):
    provider.openid.lies.claims = {"hd": "evil.example"}
    refused = await new_browser().sign_in(quote("/reports/site-pages?from=now-6d/d", safe=""))
    assert refused.code == 403
    assert b'href="/login-page?next=%2Freports%2Fsite-pages%3Ffrom%3Dnow-6d%2Fd"' in refused.body
