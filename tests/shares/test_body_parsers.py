"""The three styles of body, and everything that is none of them."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utilities.http.body_parsers import BodyFormat, parse_body
from utilities.model.errors import BadAnswer

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
)


@pytest.mark.parametrize(
    ("body", "style", "value"),
    [
        (b' {"count": 3}\n', BodyFormat.JSON, {"count": 3}),
        (b'\xef\xbb\xbf{"count": 3}', BodyFormat.JSON, {"count": 3}),
        (b')]}\',\n{"count": 3}', BodyFormat.JSON, {"count": 3}),
        (b'for (;;);{"count": 3}', BodyFormat.JSON, {"count": 3}),
        (b"95", BodyFormat.JSON, 95),
        (b'x({"count": 3})', BodyFormat.JSONP, {"count": 3}),
        (
            b'receiveCount({"url":"http://a/?x=(1);","count":3});\n',
            BodyFormat.JSONP,
            {"url": "http://a/?x=(1);", "count": 3},
        ),
        (b'/**/ a.b["c"] ({"count": 3}) ;', BodyFormat.JSONP, {"count": 3}),
        (b"/**/typeof x === 'function' && x({\"count\": 3});", BodyFormat.JSONP, {"count": 3}),
        (b'x("a\\u2028)")', BodyFormat.JSONP, "a\u2028)"),
        (b"VK.Share.count(1, 95);", BodyFormat.JS_CALL, [1, 95]),
        (b"ODKL.updateCount('1','0');", BodyFormat.JS_CALL, ["1", "0"]),
        (b"f('it\\'s', \"a 'b'\", 'say \"x\"')", BodyFormat.JS_CALL, ["it's", "a 'b'", 'say "x"']),
        (b"f()", BodyFormat.JS_CALL, []),
        (b'IN.Tags.Share.handleCount({"count":0});', BodyFormat.JS_CALL, [{"count": 0}]),
    ],
)
def test_body_is_read(body, style, value):
    assert parse_body(body, style) == value


@pytest.mark.parametrize(
    ("body", "style", "said"),
    [
        (b"", BodyFormat.JSON, "empty"),
        (b" \n", BodyFormat.JSONP, "empty"),
        (b"  <!doctype html><title>x</title>", BodyFormat.JSON, "web page"),
        (b"<html>", BodyFormat.JSONP, "web page"),
        (b'{"count": 3', BodyFormat.JSON, "not JSON"),
        (b'x({"count": 3})', BodyFormat.JSON, "not JSON"),
        (b'{"count": NaN}', BodyFormat.JSON, "not JSON"),
        (b"[" * 100_000, BodyFormat.JSON, "not JSON"),
        (b"9" * 5_000, BodyFormat.JSON, "not JSON"),
        (b"\xff\xfe\x00", BodyFormat.JSON, "not text"),
        (b'{"count": 3}', BodyFormat.JSONP, "not a function call"),
        (b'x({"count": 3})x({"count": 4})', BodyFormat.JSONP, "not JSON"),
        (b'alert(1);x({"count": 3})', BodyFormat.JSONP, "not JSON"),
        (b"x(", BodyFormat.JSONP, "not a function call"),
        (b"x()", BodyFormat.JSONP, "not JSON"),
        (b"x(window)", BodyFormat.JSONP, "not JSON"),
        (b"VK.Share.count(1, );", BodyFormat.JS_CALL, "not JSON"),
        (b"f('1)", BodyFormat.JS_CALL, "not JSON"),
    ],
)
def test_anything_else_is_a_bad_answer(body, style, said):
    with pytest.raises(BadAnswer, match=said):
        parse_body(body, style)


@pytest.mark.slow
@given(PLAIN)
def test_what_was_written_is_read_in_every_style(value):
    text = json.dumps(value)
    assert parse_body(text.encode()) == value
    assert parse_body(f"receiveCount({text});".encode(), BodyFormat.JSONP) == value
    assert parse_body(f"a.b.c({text}, {text})".encode(), BodyFormat.JS_CALL) == [value, value]


@given(st.binary() | st.text().map(str.encode), st.sampled_from(BodyFormat))
def test_no_body_breaks_the_reader(body, style):
    with suppress(BadAnswer):
        parse_body(body, style)


def test_long_nonsense_is_refused_quickly():
    for body in (b"a.b" * 300_000, b"/*" * 400_000, b"f(" + b"'" * 500_001, b"f(" + b"\\'" * 400_000):
        for style in BodyFormat:
            with pytest.raises(BadAnswer):
                parse_body(body, style)
