"""Hostile strings in every sign-in parameter cause no error, no echo and no header."""

from urllib.parse import quote, quote_from_bytes

import pytest

from tests.handlers.accounts.conftest import StartFoyer
from tests.handlers.accounts.raw_http import send_request

HOST = ("Host", "foyer.example.com")
HOSTILE_STRINGS = [
    *("undefined", "null", "None", "NaN", "true", "-1", "0x0", "1e309", "9" * 400, "$HOME", "`id`", "$(id)", "%s%n%p"),
    *(
        "<script>alert(1)</script>",
        '"><svg onload=alert(1)>',
        "';alert(1)//",
        "<img src=x onerror=alert(1)>",
        "</title>",
    ),
    *("{{7*7}}", "${7*7}", "{% raw %}", "<%= 1 %>", "#{1}", "' OR 1=1 --", "1;DROP TABLE people", "\\", "\\\\", "'"),
    *("\r\nSet-Cookie: a=b", "\nLocation: //evil.example", "\r\n\r\n<html>", "%0d%0aX: y", "\u2028X: y", "\x85X: y"),
    *("\x00", "\x00admin", "\x1b[31m", "\x07", "\x7f", "\u202eevil", "\u200b", "\ufeff", "\ufffe", "\U0001f98a" * 40),
    *("表ポあA鷗ŒéＢ逍Üßªąñ丂㐀𠀀", "Ω≈ç√∫", "ﷺ" * 20, "Ṱ̺̺̕o͞ ̷i̲̬n̝̗v̟̜o̘k̲e", "İ", "ſ", "ǆ", "١٢٣"),
    *("../../../../etc/passwd", "file:///etc/passwd", "http://169.254.169.254/", "//evil.example", "data:,x"),
]
INVALID_UTF8 = [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\x80" * 50]
PARAMETERS = [
    "/login/callback?state={}",
    "/login/callback?state=x&code={}",
    "/login/callback?error={}",
    "/login/callback?error=x&error_description={}",
    "/login/callback?iss={}&state=x&code=x",
    "/login?next={}",
    "/login-page?next={}",
    "/login-page?ended={}",
]


@pytest.mark.slow
async def test_hostile_string_causes_no_error_no_echo_and_no_header(start_foyer: StartFoyer, subtests: pytest.Subtests):
    foyer = await start_foyer()
    for place in PARAMETERS:
        with subtests.test(place=place):
            for text in [*map(quote, HOSTILE_STRINGS), *map(quote_from_bytes, INVALID_UTF8)]:
                head = await send_request(foyer.address, place.format(text), headers=[HOST], body=True)
                assert head.status in (200, 302, 400), text
                assert b"alert(1)" not in head.body
                assert b"evil.example" not in head.body
                assert "evil.example" not in head.location
                assert "x" not in head.headers, text
                assert "a=b" not in str(head.headers), text
                if "callback" in place:
                    assert head.status == 400
                    assert "foyer=" not in head.headers.get("set-cookie", "")
