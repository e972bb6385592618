"""Every way Google can fail becomes one of our errors, with a sentence a person can act on."""

import gzip
import json
from typing import Any

import pytest

from demo.faults import Fault
from tests.google.fake_google import RUN, FakeGoogle, error
from utilities.google.connection import MAX_RESPONSE_BYTES
from utilities.google.error_translation import CallContext, translate_sign_in_error
from utilities.model.errors import BadAnswer, OverQuota, SourceError, SourceMisconfigured, Unavailable
from utilities.sources.ga4 import Ga4Query, Ga4Source

ASK = Ga4Query(metrics=("sessions",))
EMAIL = "wall@example-analytics.iam.gserviceaccount.com"


async def trouble(source: Ga4Source, seconds: float = 20.0) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await source.fetch_query(ASK, seconds)
    return caught.value


async def test_refused_sign_in_asks_for_one_more_token_and_names_the_account(
    google: FakeGoogle, ga4: Ga4Source
) -> None:
    message = "Request had invalid authentication credentials."
    google.faults.inject(RUN, Fault("status", status=401, body=error(401, "UNAUTHENTICATED", message)))
    problem = await trouble(ga4)
    assert isinstance(problem, SourceMisconfigured)
    assert EMAIL in str(problem)
    assert google.faults.count_requests(RUN) == 2
    assert google.faults.count_requests("/token") == 2


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (
            403,
            error(403, "PERMISSION_DENIED", "User does not have sufficient permissions for this property."),
            SourceMisconfigured,
            f"{EMAIL} may not read this; give it the role Viewer on property 123",
        ),
        (
            403,
            error(
                403,
                "PERMISSION_DENIED",
                "Google Analytics Data API has not been used in project 7 before or it is disabled. Enable it by "
                "visiting https://console.developers.google.com/apis/api/x.googleapis.com/overview?project=7 then wait",
                details=[{"reason": "SERVICE_DISABLED"}],
            ),
            SourceMisconfigured,
            "enable it at https://console.developers.google.com/apis/api/x.googleapis.com/overview?project=7",
        ),
        (403, error(403, "PERMISSION_DENIED", "Invalid property ID: 123."), SourceMisconfigured, "GA4_PROPERTY_ID"),
        (403, "<html>no</html>", BadAnswer, "proxy"),
        (
            400,
            error(400, "INVALID_ARGUMENT", "Did you mean sessions? Field sesions is not a valid metric."),
            SourceMisconfigured,
            "Field sesions is not a valid metric",
        ),
        (404, "<html><title>Error 404 (Not Found)!!1</title></html>", BadAnswer, "GA4_API_ENDPOINT"),
        (404, error(404, "NOT_FOUND", "No such property."), SourceMisconfigured, "No such property"),
        (302, "<html>moved</html>", BadAnswer, "sign-in page"),
        (418, "", BadAnswer, "418"),
        (500, error(500, "INTERNAL", "Internal error encountered."), Unavailable, "Internal error encountered"),
        (502, "<html>bad gateway</html>", Unavailable, "502"),
        (503, "", Unavailable, "503"),
        (504, "[]", Unavailable, "504"),
        (429, error(429, "RESOURCE_EXHAUSTED", "Exhausted concurrent requests quota."), OverQuota, "concurrent"),
        (429, "[1]", OverQuota, "quota is used up"),
        (400, json.dumps({"error": {"message": {"no": "string"}}}), BadAnswer, "cannot be read"),
        (400, json.dumps({"error": []}), SourceMisconfigured, "gives no reason"),
        (400, json.dumps([{"error": "text"}]), SourceMisconfigured, "gives no reason"),
    ],
)
async def test_every_status_has_its_error_and_its_sentence(
    status: int, body: str, kind: type[SourceError], words: str, google: FakeGoogle, ga4: Ga4Source
) -> None:
    google.faults.inject(RUN, Fault("status", status=status, body=body))
    problem = await trouble(ga4)
    assert type(problem) is kind
    assert words in str(problem)
    assert google.faults.count_requests(RUN) == 1


@pytest.mark.parametrize(
    "body",
    [
        "<html>captive portal</html>",
        "",
        "[]",
        "null",
        "{}",
        '"text"',
        '{"rows": [{"dimensionValues": [{"val',
        '{"kind": "storage#object"}',
        '{"kind": "analyticsData#runReport", "rows": "none"}',
        '{"kind": "analyticsData#runReport", "rows": [{"metricValues": [{"value": "1"}]}]}',
        '{"kind": ["analyticsData#runReport"]}',
        '{"kind": "analyticsData#runReport", "metricHeaders": [{"name": "sessions", "type": "TYPE_INTEGER"}],'
        ' "rows": [{"metricValues": [{"value": "many"}]}]}',
        "[" * 100_000,
        "\ufeff{}",
    ],
)
async def test_answer_that_is_no_report_is_a_bad_answer(body: str, google: FakeGoogle, ga4: Ga4Source) -> None:
    google.faults.inject(RUN, Fault("body", body=body))
    assert type(await trouble(ga4)) is BadAnswer


def forbidden(reason: str, message: str, url: str = "") -> str:
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}
    info["metadata"] = {"consumer": "projects/7"}  # type: ignore[assignment]
    links = [{"@type": "type.googleapis.com/google.rpc.Help", "links": [{"url": url}]}] if url else []
    return error(403, "PERMISSION_DENIED", message, details=[info, *links])


@pytest.mark.parametrize(
    ("reason", "url", "words", "seconds"),
    [
        ("BILLING_DISABLED", "", "console.cloud.google.com/billing/linkedaccount?project=7", None),
        ("CONSUMER_SUSPENDED", "https://support.google.com/cloud/answer/1", "https://support.google.com/cloud", None),
        ("SECURITY_POLICY_VIOLATED", "", "VPC Service Controls", None),
        ("SERVICE_DISABLED", "https://console.cloud.google.com/apis/x", "wait a few minutes", 60.0),
        ("SOMETHING_NEW", "", "refuses the request", None),
    ],
)
async def test_reason_of_a_403_decides_what_a_person_must_do(
    reason: str, url: str, words: str, seconds: float | None, google: FakeGoogle, ga4: Ga4Source
) -> None:
    google.faults.inject(RUN, Fault("status", status=403, body=forbidden(reason, "No. Ask Google.", url)))
    problem = await trouble(ga4)
    assert isinstance(problem, SourceMisconfigured)
    assert words in str(problem)
    assert "role Viewer" not in str(problem)
    assert problem.retry_after == seconds


@pytest.mark.parametrize(
    "words", ["The project associated with this account is disabled.", "An initiated request", "SignatureX"]
)
def test_words_and_not_letters_of_a_sign_in_error_decide(words: str) -> None:
    text = str(translate_sign_in_error(f"invalid_request: {words}", CallContext("Google", "", "", "", EMAIL)))
    assert "clock" not in text
    assert "make a new one" not in text


async def test_page_of_html_with_status_200_is_a_bad_answer(google: FakeGoogle, ga4: Ga4Source) -> None:
    google.faults.inject(RUN, Fault("html"))
    problem = await trouble(ga4)
    assert type(problem) is BadAnswer
    assert "sign-in page" in str(problem)


@pytest.mark.parametrize("doing", ["reset", "close", "truncate"])
async def test_broken_connection_is_tried_once_more_and_no_more(doing: Any, google: FakeGoogle, ga4: Ga4Source) -> None:
    google.faults.inject(RUN, Fault(doing))
    assert type(await trouble(ga4)) is Unavailable
    # One more when the connection had served before: it could have been stale, so httplib2 opens another.
    assert 2 <= google.faults.count_requests(RUN) <= 3


@pytest.mark.parametrize("doing", ["reset", "close", "truncate"])
async def test_connection_that_breaks_once_costs_nothing_but_a_moment(
    doing: Any, google: FakeGoogle, ga4: Ga4Source
) -> None:
    google.faults.inject(RUN, Fault(doing, count=1))
    frame = await ga4.fetch_frame(ASK)
    assert frame.rows == ((7,),)


async def test_server_that_hangs_up_between_questions_is_asked_again_at_once(
    google: FakeGoogle, ga4: Ga4Source
) -> None:
    await ga4.fetch_frame(ASK)
    await google.server.close_all_connections()
    assert (await ga4.fetch_frame(ASK)).rows == ((7,),)


async def test_nobody_listening_is_unavailable(google: FakeGoogle, ga4: Ga4Source) -> None:
    await google.__aexit__()
    problem = await trouble(ga4)
    assert type(problem) is Unavailable
    assert "connection to Google Analytics failed" in str(problem)


async def test_answer_without_end_is_cut_off(google: FakeGoogle, ga4: Ga4Source) -> None:
    google.faults.inject(RUN, Fault("body", body="{" + " " * MAX_RESPONSE_BYTES + "}"))
    assert "ResponseTooLarge" in str(await trouble(ga4))
    assert google.faults.count_requests(RUN) == 1


@pytest.mark.slow  # it waits for longer than the first call may take, on a busy machine too
async def test_connection_made_in_a_hurry_has_all_its_time_in_the_next_call(google: FakeGoogle, ga4: Ga4Source) -> None:
    await ga4.fetch_query(ASK, 3.0)
    google.faults.inject(RUN, Fault("latency", seconds=4.0))
    assert (await ga4.fetch_frame(ASK)).rows == ((7,),)


@pytest.mark.parametrize("doing", ["length", "gzip"])
async def test_answer_that_is_spoilt_on_the_way_is_a_bad_answer(doing: Any, google: FakeGoogle, ga4: Ga4Source) -> None:
    google.faults.inject(RUN, Fault(doing))
    assert type(await trouble(ga4)) is BadAnswer


@pytest.mark.slow
async def test_answer_that_swells_beyond_reason_is_a_bad_answer(google: FakeGoogle, ga4: Ga4Source) -> None:
    google.bomb = gzip.compress(b" " * 40_000_000)
    assert type(await trouble(ga4)) is BadAnswer
