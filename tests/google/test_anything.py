"""Whatever JSON or bytes come back, the outcome is a frame or one of our errors."""

import json
from typing import Any

import httplib2
import pytest
from googleapiclient.errors import HttpError
from hypothesis import given
from hypothesis import strategies as st

from tests.google.fake_google import report
from utilities.google.error_translation import CLIENT_ERRORS, CallContext, translate_error
from utilities.google.ga4_answer import parse_ga4_response
from utilities.google.ga4_response import build_ga4_frame
from utilities.model.errors import BadAnswer, SourceError
from utilities.model.frames import Frame

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))
WHOLE = report(["pagePath"], [("sessions", "TYPE_INTEGER"), ("bounceRate", "TYPE_FLOAT")], [["/", "1", "0.5"]])
ASKED = CallContext("Google Analytics", "let it in", "https://example.org", "GA4_API_ENDPOINT", "wall@example.org")


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    under = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, inner in under for place in places(inner, (*path, key)))]


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The value with something else in one place."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


@pytest.mark.slow
@given(st.sampled_from([place for place in places(WHOLE) if place]), JSON)
def test_report_that_is_wrong_in_one_place_is_a_frame_or_a_bad_answer(place: tuple[Any, ...], new: Any) -> None:
    try:
        found = build_ga4_frame(parse_ga4_response(put(WHOLE, place, new)), 10, None)
    except BadAnswer:
        return
    assert isinstance(found, Frame)
    json.dumps([found.rows, [note.text for note in found.notes]], allow_nan=False)


def assert_sentence(status: int, body: bytes) -> None:
    response = httplib2.Response({"status": str(status)})
    response.reason = "Because"
    try:
        error: BaseException = HttpError(response, body)
    except CLIENT_ERRORS as own:  # the client stumbles over some bodies itself
        error = own
    problem = translate_error(error, ASKED)
    assert isinstance(problem, SourceError)
    assert str(problem)


@pytest.mark.slow
@given(st.integers(300, 599), JSON.map(lambda body: json.dumps(body).encode()) | st.binary(max_size=100))
def test_every_refusal_has_a_sentence(status: int, body: bytes) -> None:
    assert_sentence(status, body)


FIELDS = st.sampled_from(["message", "status", "details", "errors", "code"])


@pytest.mark.slow
@given(st.dictionaries(FIELDS, JSON), st.integers(400, 503))
def test_every_refusal_in_googles_own_envelope_has_a_sentence(error: dict[str, Any], status: int) -> None:
    assert_sentence(status, json.dumps({"error": error}).encode())
