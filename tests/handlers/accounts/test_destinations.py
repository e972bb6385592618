"""Where `next` may lead: to our own pages, and whatever ugliness is tried, nowhere else."""

from urllib.parse import quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utilities.accounts.signin.return_url import safe_return_url

OURS = [
    "/",
    "/reports",
    "/reports/",
    "/reports/top-pages",
    "/reports/top-pages.json",
    "/reports/top_pages.csv?range=7",
    "/boards/office?theme=light&screen=32-inch",
    "/boards/office?title=Wie%20geht%27s",
    "/boards/office?",
]
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
    *("/;evil.example", "/;@evil.example", "/evil.example;x=1", "/#//evil.example", "/reports#x", "/?x=//y#z"),
    *("//[::1]", "/[::1]", "//127.0.0.1", "//0x7f000001", "//⑯⑨。②⑤④", "/。/evil", "/\u2028/evil", "/\u00a0/evil"),
    *("/ｅvil", "/\u202eevil", "/\ufeff/evil", "/é", "/🦊", "/ reports", "/reports ", "/reports\n", "\n/reports"),
    *("/reports?x=%0d%0aSet-Cookie:a=b%", "/reports?x=\r\nSet-Cookie:a=b", "/reports?x=<script>", "/reports?x='"),
    *("/login", "/login/", "/login?next=/", "/login/callback?code=x", "/login-page", "/sign-out", "/sign-out?x"),
    *("/" + "a" * 600, "/*", "/reports|x", "/re<ports", "/`id`", "/${x}", "/{{7*7}}", "/%", "/%zz", "/reports?x=%zz"),
]


@pytest.mark.parametrize("wanted", OURS)
def test_page_of_ours_is_where_it_leads(wanted: str):
    assert safe_return_url(wanted) == wanted


@pytest.mark.parametrize("wanted", UGLY)
def test_everything_else_leads_home(wanted: str):
    for form in (wanted, unquote(wanted), unquote(unquote(wanted)), quote(wanted), quote(quote(wanted))):
        if form not in OURS:
            assert leads_inside(form)
    assert safe_return_url(wanted) == "/"


def leads_inside(wanted: str) -> bool:
    """What a browser makes of it: backslashes are slashes, and control characters are not there."""
    seen = "".join(c for c in safe_return_url(wanted) if c not in "\t\r\n").replace("\\", "/")
    parts = urlsplit(seen)
    return seen.startswith("/") and not seen.startswith("//") and not parts.scheme and not parts.netloc


@given(st.text(alphabet=st.sampled_from("/\\.@:;?#%2fF5cC0aA9e \t\r\nabx"), max_size=30))
def test_nothing_made_of_ugly_characters_leads_outside(wanted: str):
    assert leads_inside(wanted)
    assert leads_inside("/" + wanted)
    assert ".." not in safe_return_url("/" + wanted).partition("?")[0].split("/")
