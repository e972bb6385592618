"""The three styles of body, and everything that is none of them."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utilities.http.body_parsers import Style, read
from utilities.model.errors import BadAnswer

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
)


@pytest.mark.parametrize(
    ("body", "style", "value"),
    [
        (b' {"count": 3}\n', Style.JSON, {"count": 3}),
        (b'\xef\xbb\xbf{"count": 3}', Style.JSON, {"count": 3}),
        (b')]}\',\n{"count": 3}', Style.JSON, {"count": 3}),
        (b'for (;;);{"count": 3}', Style.JSON, {"count": 3}),
        (b"95", Style.JSON, 95),
        (b'x({"count": 3})', Style.JSONP, {"count": 3}),
        (
            b'receiveCount({"url":"http://a/?x=(1);","count":3});\n',
            Style.JSONP,
            {"url": "http://a/?x=(1);", "count": 3},
        ),
        (b'/**/ a.b["c"] ({"count": 3}) ;', Style.JSONP, {"count": 3}),
        (b"/**/typeof x === 'function' && x({\"count\": 3});", Style.JSONP, {"count": 3}),
        (b'x("a\\u2028)")', Style.JSONP, "a\u2028)"),
        (b"VK.Share.count(1, 95);", Style.JS_CALL, [1, 95]),
        (b"ODKL.updateCount('1','0');", Style.JS_CALL, ["1", "0"]),
        (b"f('it\\'s', \"a 'b'\", 'say \"x\"')", Style.JS_CALL, ["it's", "a 'b'", 'say "x"']),
        (b"f()", Style.JS_CALL, []),
        (b'IN.Tags.Share.handleCount({"count":0});', Style.JS_CALL, [{"count": 0}]),
    ],
)
def test_body_is_read(body, style, value):
    assert read(body, style) == value


@pytest.mark.parametrize(
    ("body", "style", "said"),
    [
        (b"", Style.JSON, "empty"),
        (b" \n", Style.JSONP, "empty"),
        (b"  <!doctype html><title>x</title>", Style.JSON, "web page"),
        (b"<html>", Style.JSONP, "web page"),
        (b'{"count": 3', Style.JSON, "not JSON"),
        (b'x({"count": 3})', Style.JSON, "not JSON"),
        (b'{"count": NaN}', Style.JSON, "not JSON"),
        (b"[" * 100_000, Style.JSON, "not JSON"),
        (b"9" * 5_000, Style.JSON, "not JSON"),
        (b"\xff\xfe\x00", Style.JSON, "not text"),
        (b'{"count": 3}', Style.JSONP, "not a function call"),
        (b'x({"count": 3})x({"count": 4})', Style.JSONP, "not JSON"),
        (b'alert(1);x({"count": 3})', Style.JSONP, "not JSON"),
        (b"x(", Style.JSONP, "not a function call"),
        (b"x()", Style.JSONP, "not JSON"),
        (b"x(window)", Style.JSONP, "not JSON"),
        (b"VK.Share.count(1, );", Style.JS_CALL, "not JSON"),
        (b"f('1)", Style.JS_CALL, "not JSON"),
    ],
)
def test_anything_else_is_a_bad_answer(body, style, said):
    with pytest.raises(BadAnswer, match=said):
        read(body, style)


@given(PLAIN)
def test_what_was_written_is_read_in_every_style(value):
    text = json.dumps(value)
    assert read(text.encode()) == value
    assert read(f"receiveCount({text});".encode(), Style.JSONP) == value
    assert read(f"a.b.c({text}, {text})".encode(), Style.JS_CALL) == [value, value]


@given(st.binary() | st.text().map(str.encode), st.sampled_from(Style))
def test_no_body_breaks_the_reader(body, style):
    with suppress(BadAnswer):
        read(body, style)


def test_long_nonsense_is_refused_quickly():
    for body in (b"a.b" * 300_000, b"/*" * 400_000, b"f(" + b"'" * 500_001, b"f(" + b"\\'" * 400_000):
        for style in Style:
            with pytest.raises(BadAnswer):
                read(body, style)
