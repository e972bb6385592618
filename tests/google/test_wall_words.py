"""Every way Google can fail has words for people who see the wall."""

import ssl

import httplib2
import pytest
import socks
from google.auth.exceptions import RefreshError

from demo.faults import Fault
from tests.google.fake_google import RUN, FakeGoogle, error
from tests.google.test_failures import EMAIL, trouble
from utilities.google.error_translation import CallContext, translate_error
from utilities.model.wall_words import describe_for_wall
from utilities.sources.ga4 import Ga4Source

REVOKED = "Google no longer lets us in."


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("status", status=401, body="{}"), REVOKED),
        (
            Fault("status", status=403, body=error(403, "PERMISSION_DENIED", "No.")),
            "Google does not let us see these figures.",
        ),
        (
            Fault("status", status=403, body=error(403, "PERMISSION_DENIED", "Invalid property ID: 123.")),
            "Google cannot find our website.",
        ),
        (Fault("status", status=404, body=error(404, "NOT_FOUND", "None.")), "Google cannot find our website."),
        (
            Fault("status", status=429, headers={"Retry-After": "90"}),
            "Google Analytics gives us no more figures for now.",
        ),
        (Fault("status", status=503), "Google has a fault of its own."),
        (Fault("body", body=""), "The answer of Google Analytics cannot be read."),
        (Fault("html"), "The answer of Google Analytics cannot be read."),
        (Fault("reset"), "Google Analytics cannot be reached."),
    ],
    ids=lambda value: value.kind + str(value.status) if isinstance(value, Fault) else "",
)
async def test_every_failure_has_words_for_people_who_see_the_wall(
    fault: Fault, words: str, google: FakeGoogle, ga4: Ga4Source
) -> None:
    google.faults.inject(RUN, fault)
    text = describe_for_wall(await trouble(ga4), "Google Analytics")
    assert text == words
    assert len(text.split()) <= 10


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RefreshError("invalid_grant: Invalid JWT Signature."), REVOKED),
        (RefreshError("invalid_grant: Invalid JWT: must be a short-lived token"), "The clock of our server is wrong."),
        (httplib2.ServerNotFoundError("no"), "This network cannot find Google."),
        (ssl.SSLError("handshake"), "The connection to Google is not safe."),
        (socks.ProxyError("no"), "The way to the internet is blocked here."),
        (TimeoutError(), "Google Analytics does not answer in time."),
        (ConnectionRefusedError(), "Google Analytics cannot be reached."),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_connection_that_fails_has_words_for_people_who_see_the_wall(error: Exception, words: str) -> None:
    context = CallContext("Google Analytics", "", "", "", EMAIL)
    assert describe_for_wall(translate_error(error, context), "Google Analytics") == words
