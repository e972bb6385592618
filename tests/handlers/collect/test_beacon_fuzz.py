"""Whatever a beacon says, it is a hit or it is refused: nothing else is raised, and nothing grows."""

import json
from contextlib import suppress
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from utilities.model.errors import HitRejected
from utilities.pageviews.collect.beacon import (
    BEACON_FIELDS,
    FIELD_ALIASES,
    MAX_PAGE_URL_CHARS,
    MAX_PROPS,
    BeaconPayload,
    parse_beacon_body,
    parse_beacon_query,
)

PAGE = "https://example.com/"
NAME = st.sampled_from(sorted(BEACON_FIELDS | FIELD_ALIASES.keys())) | st.text(max_size=8)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=40),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    max_leaves=20,
)


def check(said: BeaconPayload) -> None:
    assert said.url and said.host and len(said.url) <= MAX_PAGE_URL_CHARS
    assert len(said.props) <= MAX_PROPS
    for each in (*said.props, *said.props.values(), *(part for part in said if isinstance(part, str))):
        each.encode()  # no lone surrogates
        assert "\0" not in each


def tried(read: Any, what: Any) -> None:
    with suppress(HitRejected):
        check(read(what))


@given(st.binary(max_size=200))
def test_any_bytes(body: bytes):
    tried(parse_beacon_body, body)


@given(st.dictionaries(NAME, VALUE, max_size=8), st.booleans())
def test_any_json(data: dict[str, Any], page: bool):
    if page:
        data["url"] = PAGE
    try:
        body = json.dumps(data).encode()
    except ValueError:
        return
    tried(parse_beacon_body, body)


@given(st.dictionaries(NAME, st.lists(st.binary(max_size=40), max_size=2), max_size=8), st.booleans())
def test_any_query(arguments: dict[str, list[bytes]], page: bool):
    if page:
        arguments["url"] = [PAGE.encode()]
    tried(parse_beacon_query, arguments)


@given(st.text(max_size=60))
@example(".")
def test_any_address_of_a_page(rest: str):
    for start in ("", "https://", "http://a", "//", "https://["):
        tried(parse_beacon_query, {"url": [(start + rest).encode("utf-8", "replace")]})
