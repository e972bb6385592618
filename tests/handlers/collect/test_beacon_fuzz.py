"""Any input is parsed or rejected: no other error is raised, and the limits hold."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from utilities.model.errors import HitRejected
from utilities.pageviews.collect.beacon import (
    BEACON_FIELDS,
    FIELD_ALIASES,
    MAX_PROPS,
    BeaconPayload,
    parse_beacon_body,
    parse_beacon_query,
)
from utilities.pageviews.collect.page_address import MAX_PAGE_URL_CHARS

pytestmark = pytest.mark.slow  # thousands of generated bodies

PAGE = "https://example.com/"
NAME = st.sampled_from(sorted(BEACON_FIELDS | FIELD_ALIASES.keys())) | st.text(max_size=8)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=40),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    max_leaves=20,
)


def check_payload(payload: BeaconPayload) -> None:
    assert payload.url and payload.host and len(payload.url) <= MAX_PAGE_URL_CHARS
    assert len(payload.props) <= MAX_PROPS
    for each in (*payload.props, *payload.props.values(), *(part for part in payload if isinstance(part, str))):
        each.encode()  # no lone surrogates
        assert "\0" not in each


def parse_or_reject(read: Any, what: Any) -> None:
    with suppress(HitRejected):
        check_payload(read(what))


@given(st.binary(max_size=200))
def test_any_bytes(body: bytes):
    parse_or_reject(parse_beacon_body, body)


@given(st.dictionaries(NAME, VALUE, max_size=8), st.booleans())
def test_any_json(data: dict[str, Any], page: bool):
    if page:
        data["url"] = PAGE
    try:
        body = json.dumps(data).encode()
    except ValueError:
        return
    parse_or_reject(parse_beacon_body, body)


@given(st.dictionaries(NAME, st.lists(st.binary(max_size=40), max_size=2), max_size=8), st.booleans())
def test_any_query(arguments: dict[str, list[bytes]], page: bool):
    if page:
        arguments["url"] = [PAGE.encode()]
    parse_or_reject(parse_beacon_query, arguments)


@given(st.text(max_size=60))
@example(".")
def test_any_address_of_a_page(rest: str):
    for start in ("", "https://", "http://a", "//", "https://["):
        parse_or_reject(parse_beacon_query, {"url": [(start + rest).encode("utf-8", "replace")]})
