"""Signing in to Google: every refusal says what to do, and one token serves all."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from demo.faults import Fault
from tests.google.fake_google import RUN, FakeGoogle
from utilities.model.errors import BadAnswer, SourceError, SourceMisconfigured, Unavailable
from utilities.sources.ga4 import Ga4Query, Ga4Source

ASK = Ga4Query(metrics=("sessions",))


async def trouble(source: Ga4Source) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await source.fetch_frame(ASK)
    return caught.value


async def test_quoted_refusal_is_cut_and_repeats_nothing_of_the_key(google: FakeGoogle, ga4: Ga4Source) -> None:
    key = json.loads(ga4.client.key.read_text())["private_key"].splitlines()[3]
    assertion = f"eyJhbGciOiJSUzI1NiJ9.{'kanarY7q' * 20}.c2ln"
    body = {"error": "invalid_grant", "error_description": f"Bad {assertion} {key[4:40]} {key[::-1]} {'word ' * 300}"}
    google.faults.inject("/token", Fault("status", status=400, body=json.dumps(body)))
    message = str(await trouble(ga4))
    assert "kanarY" not in message
    assert not any(key[at : at + 6] in message for at in range(len(key) - 5))
    assert len(message) < 500


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (
            {"error": "invalid_grant", "error_description": "Invalid JWT Signature."},
            SourceMisconfigured,
            "no longer valid",
        ),
        (
            {"error": "invalid_grant", "error_description": "Invalid grant: account not found"},
            SourceMisconfigured,
            "no longer exists",
        ),
        (
            {
                "error": "invalid_grant",
                "error_description": "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable "
                "timeframe. Check your iat and exp values in the JWT claim.",
            },
            SourceMisconfigured,
            "clock is wrong",
        ),
        (
            {"error": "invalid_scope", "error_description": "Invalid OAuth scope."},
            SourceMisconfigured,
            "Invalid OAuth scope",
        ),
        ({"error": {"message": "odd"}}, SourceMisconfigured, "rejects the key"),
        ({}, SourceMisconfigured, "rejects the key"),
    ],
)
async def test_refused_token_says_what_to_do(
    body: dict[str, Any], kind: type[SourceError], words: str, google: FakeGoogle, ga4: Ga4Source
) -> None:
    google.faults.inject("/token", Fault("status", status=400, body=json.dumps(body)))
    problem = await trouble(ga4)
    assert type(problem) is kind
    assert words in str(problem)
    assert google.faults.count_requests("/token") == 1
    assert google.faults.count_requests(RUN) == 0


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
    status: int, body: str, kind: type[SourceError], google: FakeGoogle, ga4: Ga4Source
) -> None:
    google.faults.inject("/token", Fault("status", status=status, body=body))
    assert type(await trouble(ga4)) is kind
    assert google.faults.count_requests("/token") == 1


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_token_server_out_of_order_is_unavailable_and_asked_twice(
    status: int, google: FakeGoogle, ga4: Ga4Source
) -> None:
    google.faults.inject("/token", Fault("status", status=status))
    assert type(await trouble(ga4)) is Unavailable
    assert google.faults.count_requests("/token") == 2


async def test_slow_token_server_is_waited_for(google: FakeGoogle, ga4: Ga4Source) -> None:
    google.faults.inject("/token", Fault("latency", seconds=0.3))
    frames = await asyncio.gather(*(ga4.fetch_frame(ASK) for _ in range(8)))
    assert all(frame.rows == ((7,),) for frame in frames)
    assert google.faults.count_requests("/token") == 1


async def test_token_that_lives_a_moment_is_fetched_for_every_call_and_works(
    google: FakeGoogle, ga4: Ga4Source
) -> None:
    google.token = {"access_token": "ya29.short", "expires_in": 100, "token_type": "Bearer"}
    assert (await ga4.fetch_frame(ASK)).rows == ((7,),)
    assert (await ga4.fetch_frame(ASK)).rows == ((7,),)
    assert google.faults.count_requests("/token") == 2


@pytest.mark.parametrize("doing", ["reset", "close", "truncate", "hang"])
async def test_broken_connection_to_the_token_server_is_unavailable(
    doing: Any, google: FakeGoogle, ga4: Ga4Source
) -> None:
    google.faults.inject("/token", Fault(doing))
    problem = await trouble(ga4)
    assert type(problem) is Unavailable
    assert "TransportError" not in str(problem)
    assert google.faults.count_requests("/token") == 2


async def test_new_key_in_the_place_of_a_deleted_one_is_read_without_a_restart(
    google: FakeGoogle, ga4: Ga4Source, tmp_path: Path
) -> None:
    await ga4.fetch_frame(ASK)
    deleted = json.dumps({"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
    google.faults.inject(RUN, Fault("status", status=401, body="{}"))
    google.faults.inject("/token", Fault("status", status=400, body=deleted))
    assert "no longer valid" in str(await trouble(ga4))
    google.faults.clear()
    info = json.loads(google.key.read_text())
    google.key.write_text(json.dumps({**info, "client_email": "new@example.iam.gserviceaccount.com"}))
    assert (await ga4.fetch_frame(ASK)).rows == ((7,),)
    assert (await ga4.client.sign_in()).service_account_email == "new@example.iam.gserviceaccount.com"
