"""The `next` parameter leads to pages of Foyer only."""

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


@pytest.mark.parametrize("target", OURS)
def test_local_path_is_the_destination(target: str):
    assert safe_return_url(target) == target


@pytest.mark.parametrize("target", UGLY)
def test_anything_else_redirects_to_the_start_page(target: str):
    for form in (target, unquote(target), unquote(unquote(target)), quote(target), quote(quote(target))):
        if form not in OURS:
            assert is_local(form)
    assert safe_return_url(target) == "/"


def is_local(target: str) -> bool:
    """Whether a browser stays on this site: it reads backslashes as slashes and drops control characters."""
    seen = "".join(c for c in safe_return_url(target) if c not in "\t\r\n").replace("\\", "/")
    parts = urlsplit(seen)
    return seen.startswith("/") and not seen.startswith("//") and not parts.scheme and not parts.netloc


@given(st.text(alphabet=st.sampled_from("/\\.@:;?#%2fF5cC0aA9e \t\r\nabx"), max_size=30))
def test_no_unusual_characters_lead_to_another_site(target: str):
    assert is_local(target)
    assert is_local("/" + target)
    assert ".." not in safe_return_url("/" + target).partition("?")[0].split("/")
