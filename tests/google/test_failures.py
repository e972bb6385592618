"""Every way Google can fail becomes one of our errors, with a sentence a person can act on."""

import asyncio
import gzip
import json
from typing import Any

import pytest

from demo.faults import Fault
from tests.google.pretend import RUN, Pretend, Watch, error, report
from utilities.errors import BadAnswer, OverQuota, Refused, SourceError, Unavailable
from utilities.sources.ga4 import Ga4, Ga4Ask

ASK = Ga4Ask(metrics=("sessions",))
EMAIL = "wall@example-analytics.iam.gserviceaccount.com"


async def trouble(source: Ga4, seconds: float = 20.0) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await source.fetch(ASK, seconds)
    return caught.value


async def test_refused_sign_in_asks_for_one_more_token_and_names_the_account(google: Pretend, ga4: Ga4) -> None:
    message = "Request had invalid authentication credentials."
    google.faults.inject(RUN, Fault("status", status=401, body=error(401, "UNAUTHENTICATED", message)))
    problem = await trouble(ga4)
    assert isinstance(problem, Refused)
    assert EMAIL in str(problem)
    assert google.faults.count(RUN) == 2
    assert google.faults.count("/token") == 2


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (
            403,
            error(403, "PERMISSION_DENIED", "User does not have sufficient permissions for this property."),
            Refused,
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
            Refused,
            "enable it at https://console.developers.google.com/apis/api/x.googleapis.com/overview?project=7",
        ),
        (403, error(403, "PERMISSION_DENIED", "Invalid property ID: 123."), Refused, "GA4_PROPERTY_ID"),
        (403, "<html>no</html>", BadAnswer, "proxy"),
        (
            400,
            error(400, "INVALID_ARGUMENT", "Did you mean sessions? Field sesions is not a valid metric."),
            Refused,
            "Field sesions is not a valid metric",
        ),
        (404, "<html><title>Error 404 (Not Found)!!1</title></html>", BadAnswer, "GA4_API_ENDPOINT"),
        (404, error(404, "NOT_FOUND", "No such property."), Refused, "No such property"),
        (302, "<html>moved</html>", BadAnswer, "sign-in page"),
        (418, "", BadAnswer, "418"),
        (500, error(500, "INTERNAL", "Internal error encountered."), Unavailable, "Internal error encountered"),
        (502, "<html>bad gateway</html>", Unavailable, "502"),
        (503, "", Unavailable, "503"),
        (504, "[]", Unavailable, "504"),
        (429, error(429, "RESOURCE_EXHAUSTED", "Exhausted concurrent requests quota."), OverQuota, "concurrent"),
        (429, "[1]", OverQuota, "fewer questions"),
        (400, json.dumps({"error": {"message": {"no": "string"}}}), BadAnswer, "cannot be read"),
        (400, json.dumps({"error": []}), Refused, "no reason given"),
        (400, json.dumps([{"error": "text"}]), Refused, "no reason given"),
    ],
)
async def test_every_status_has_its_error_and_its_sentence(
    status: int, body: str, kind: type[SourceError], words: str, google: Pretend, ga4: Ga4
) -> None:
    google.faults.inject(RUN, Fault("status", status=status, body=body))
    problem = await trouble(ga4)
    assert type(problem) is kind
    assert words in str(problem)
    assert google.faults.count(RUN) == 1


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
async def test_answer_that_is_no_report_is_a_bad_answer(body: str, google: Pretend, ga4: Ga4) -> None:
    google.faults.inject(RUN, Fault("body", body=body))
    assert type(await trouble(ga4)) is BadAnswer


async def test_page_of_html_with_status_200_is_a_bad_answer(google: Pretend, ga4: Ga4) -> None:
    google.faults.inject(RUN, Fault("html"))
    problem = await trouble(ga4)
    assert type(problem) is BadAnswer
    assert "sign-in page" in str(problem)


@pytest.mark.parametrize("doing", ["reset", "close", "truncate"])
async def test_broken_connection_is_tried_once_more_and_no_more(doing: Any, google: Pretend, ga4: Ga4) -> None:
    google.faults.inject(RUN, Fault(doing))
    assert type(await trouble(ga4)) is Unavailable
    # One more when the connection had served before: it could have been stale, so httplib2 opens another.
    assert 2 <= google.faults.count(RUN) <= 3


@pytest.mark.parametrize("doing", ["reset", "close", "truncate"])
async def test_connection_that_breaks_once_costs_nothing_but_a_moment(doing: Any, google: Pretend, ga4: Ga4) -> None:
    google.faults.inject(RUN, Fault(doing, count=1))
    frame = await ga4.answer(ASK)
    assert frame.rows == ((7,),)


async def test_server_that_hangs_up_between_questions_is_asked_again_at_once(google: Pretend, ga4: Ga4) -> None:
    await ga4.answer(ASK)
    await google.server.close_all_connections()
    assert (await ga4.answer(ASK)).rows == ((7,),)


async def test_nobody_listening_is_unavailable(google: Pretend, ga4: Ga4) -> None:
    await google.__aexit__()
    problem = await trouble(ga4)
    assert type(problem) is Unavailable
    assert "connection to Google Analytics failed" in str(problem)


async def test_answer_without_end_is_cut_off(google: Pretend, ga4: Ga4, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("utilities.google.connection.LONGEST_ANSWER", 10_000)
    google.faults.inject(RUN, Fault("body", body="{" + " " * 20_000 + "}"))
    assert isinstance(await trouble(ga4), SourceError)


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, Refused, "no longer valid"),
        (
            {"error": "invalid_grant", "error_description": "Invalid grant: account not found"},
            Refused,
            "no longer exists",
        ),
        (
            {
                "error": "invalid_grant",
                "error_description": "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable "
                "timeframe. Check your iat and exp values in the JWT claim.",
            },
            Refused,
            "clock is wrong",
        ),
        ({"error": "invalid_scope", "error_description": "Invalid OAuth scope."}, Refused, "Invalid OAuth scope"),
        ({"error": {"message": "odd"}}, Refused, "refuses the sign-in"),
        ({}, Refused, "refuses the sign-in"),
    ],
)
async def test_refused_token_says_what_to_do(
    body: dict[str, Any], kind: type[SourceError], words: str, google: Pretend, ga4: Ga4
) -> None:
    google.faults.inject("/token", Fault("status", status=400, body=json.dumps(body)))
    problem = await trouble(ga4)
    assert type(problem) is kind
    assert words in str(problem)
    assert google.faults.count("/token") == 1
    assert google.faults.count(RUN) == 0


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, '{"id_token": "x"}', BadAnswer),
        (200, '{"access_token": 5}', BadAnswer),
        (200, '{"access_token": "x", "expires_in": "soon"}', BadAnswer),
        (200, "<html>sign in to Wi-Fi</html>", BadAnswer),
        (200, "", BadAnswer),
        (200, "[]", BadAnswer),
        (400, "<html>no</html>", BadAnswer),
        (400, "[]", BadAnswer),
        (302, "<html>moved</html>", BadAnswer),
    ],
)
async def test_token_answer_that_cannot_be_read_is_a_bad_answer(
    status: int, body: str, kind: type[SourceError], google: Pretend, ga4: Ga4
) -> None:
    google.faults.inject("/token", Fault("status", status=status, body=body))
    assert type(await trouble(ga4)) is kind
    assert google.faults.count("/token") == 1


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_token_server_out_of_order_is_unavailable_and_asked_twice(status: int, google: Pretend, ga4: Ga4) -> None:
    google.faults.inject("/token", Fault("status", status=status))
    assert type(await trouble(ga4)) is Unavailable
    assert google.faults.count("/token") == 2


async def test_slow_token_server_is_waited_for(google: Pretend, ga4: Ga4) -> None:
    google.faults.inject("/token", Fault("latency", seconds=0.3))
    frames = await asyncio.gather(*(ga4.answer(ASK) for _ in range(8)))
    assert all(frame.rows == ((7,),) for frame in frames)
    assert google.faults.count("/token") == 1


async def test_token_that_lives_a_moment_is_fetched_for_every_call_and_works(google: Pretend, ga4: Ga4) -> None:
    google.token = {"access_token": "ya29.short", "expires_in": 100, "token_type": "Bearer"}
    assert (await ga4.answer(ASK)).rows == ((7,),)
    assert (await ga4.answer(ASK)).rows == ((7,),)
    assert google.faults.count("/token") == 2


@pytest.mark.parametrize("doing", ["reset", "close", "truncate", "hang"])
async def test_broken_connection_to_the_token_server_is_unavailable(doing: Any, google: Pretend, ga4: Ga4) -> None:
    google.faults.inject("/token", Fault(doing))
    problem = await trouble(ga4)
    assert type(problem) is Unavailable
    assert "TransportError" not in str(problem)
    assert google.faults.count("/token") == 2


async def test_connection_made_in_a_hurry_has_all_its_time_in_the_next_call(google: Pretend, ga4: Ga4) -> None:
    await ga4.fetch(ASK, 0.6)
    google.faults.inject(RUN, Fault("latency", seconds=1.0))
    assert (await ga4.answer(ASK)).rows == ((7,),)


@pytest.mark.parametrize("doing", ["length", "gzip"])
async def test_answer_that_is_spoilt_on_the_way_is_a_bad_answer(doing: Any, google: Pretend, ga4: Ga4) -> None:
    google.faults.inject(RUN, Fault(doing))
    assert type(await trouble(ga4)) is BadAnswer


async def test_answer_that_swells_beyond_reason_is_a_bad_answer(google: Pretend, ga4: Ga4) -> None:
    google.bomb = gzip.compress(b" " * 40_000_000)
    assert type(await trouble(ga4)) is BadAnswer


async def test_server_errors_open_the_breaker_and_are_never_tried_again_at_once(
    google: Pretend, ga4: Ga4, watch: Watch
) -> None:
    google.faults.inject(RUN, Fault("status", status=500))
    for _ in range(6):
        await trouble(ga4)
    assert google.faults.count(RUN) == 3
    assert ga4.health()["resting"] is True
    google.faults.clear()
    watch.pass_by(100)
    assert (await ga4.answer(ASK)).rows == ((7,),)
    assert ga4.health()["resting"] is False


async def test_ten_server_errors_of_the_hour_are_never_burnt(google: Pretend, ga4: Ga4, watch: Watch) -> None:
    google.faults.inject(RUN, Fault("status", status=503))
    problems = []
    for _ in range(118):
        problems += await asyncio.gather(*(trouble(ga4) for _ in range(6)))
        watch.pass_by(30)
    assert 4 <= google.faults.count(RUN) <= 8
    assert {type(problem) for problem in problems} <= {Unavailable, OverQuota}


async def test_scattered_server_errors_stop_at_the_reserve_too(google: Pretend, ga4: Ga4, watch: Watch) -> None:
    for _ in range(8):
        google.faults.inject(RUN, Fault("status", status=500, count=1))
        await trouble(ga4)
        await ga4.answer(ASK) if google.faults.count(RUN) < 15 else None
        watch.pass_by(60)
    problem = await trouble(ga4)
    assert isinstance(problem, OverQuota)
    assert 0 < problem.retry_after <= 3601
    watch.pass_by(problem.retry_after)
    assert (await ga4.answer(ASK)).rows == ((7,),)


async def test_errors_that_others_have_caused_are_counted_as_well(google: Pretend, ga4: Ga4) -> None:
    quota = {"serverErrorsPerProjectPerHour": {"consumed": 0, "remaining": 2}}
    google.reply = lambda body: report([], [("sessions", "TYPE_INTEGER")], [["7"]], propertyQuota=quota)
    await ga4.answer(ASK)
    assert isinstance(await trouble(ga4), OverQuota)
    assert google.faults.count(RUN) == 1
