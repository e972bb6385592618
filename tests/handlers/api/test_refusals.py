"""What programs are refused: always a problem document with its true status, whatever they accept."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tornado.httpclient import HTTPResponse

from tests.handlers.api.conftest import Program
from utilities.accounts.signin.attempt_limiter import AttemptLimits

Programs = Callable[..., Awaitable[Program]]


def problem(answer: HTTPResponse, status: int) -> dict[str, Any]:
    assert answer.code == status, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    document = json.loads(answer.body)
    assert document["status"] == status
    assert document["type"] == "about:blank"
    assert document["detail"]
    return document


REFUSED = [
    ("/api/v1/boards?limit=1_000", 400, "limit", "`limit` must be a whole number"),
    ("/api/v1/boards?limit=0", 400, "limit", "`limit` must be at least 1"),
    ("/api/v1/boards?limit=5&limit=6", 400, "limit", "`limit` appears twice"),
    ("/api/v1/boards?offset=5", 400, "offset", "`offset` is no parameter here; there are limit, cursor"),
    ("/api/v1/boards/office?x=1", 400, "x", "`x` is no parameter here; there are none"),
    ("/api/v1/boards?%3Cscript%3E=1", 400, "?", "`?` is no parameter here; there are limit, cursor"),
    ("/api/v1/boards?limit=%ff", 400, "query", "the query must be UTF-8"),
    ("/api/v1/page-views/totals?compare=yes", 400, "compare", "`compare` must be true, false, week or year"),
    ("/api/v1/page-views/trails?compare=true", 422, "compare", "cannot be compared with the previous period"),
    ("/api/v1/page-views/pages?from=tomorrow", 422, "from", "`from` must be now, now-7d"),
    ("/api/v1/page-views/pages?from=now&to=now-1d", 422, "from", "`from` must be before `to`"),
    ("/api/v1/page-views/pages?cursor=nonsense", 422, "cursor", "`cursor` must be a value from `next`"),
    ("/api/v1/reports/total-users/reading?site=x", 422, "site", "is no parameter of this report"),
    ("/api/v1/reports/site-live/reading?compare=true", 422, "compare", "`compare` is not for this report"),
    ("/api/v1/reports/nothing/reading", 404, "", "There is no report of this name."),
    ("/api/v1/boards/nothing", 404, "", "There is no board of this name."),
    ("/api/v1/page-views/nothing", 404, "", "There is no question of this name."),
    ("/api/v2/boards", 404, "", "The API has no such address."),
]
"""Addresses, the status each is refused with, the parameter, and words of the message."""


async def test_refusal_names_the_parameter_and_what_is_allowed(program: Programs):
    one = await program("read")
    for path, status, parameter, words in REFUSED:
        document = problem(await one.ask(path, Accept="text/html"), status)
        if parameter:
            [fault] = document["errors"]
            assert fault["parameter"] == parameter, path
            assert words in fault["detail"], path
        else:
            assert document["errors"] == [], path
            assert words in document["detail"], path


async def test_request_without_a_token_gets_401_and_no_redirect(program: Programs):
    one = await program()
    nobody = await one.ask("/api/v1/boards", Accept="text/html")
    problem(nobody, 401)
    assert nobody.headers["WWW-Authenticate"] == 'Bearer realm="Foyer"'
    one.token = "foyer_guessed"
    guess = await one.ask("/api/v1/boards")
    problem(guess, 401)
    assert 'error="invalid_token"' in guess.headers["WWW-Authenticate"]


async def test_unsupported_method_is_405_with_the_allowed_ones(program: Programs):
    one = await program("read", "admin")
    answer = await one.ask("/api/v1/boards", "POST")
    problem(answer, 405)
    assert answer.headers["Allow"] == "GET, HEAD"
    assert (await one.ask("/api/v1/tokens/1", "GET")).headers["Allow"] == "DELETE"


async def test_wrong_host_is_refused_with_a_problem_document(program: Programs):
    one = await program("read")
    problem(await one.ask("/api/v1/boards", Host="evil.example"), 421)


async def test_token_over_its_limit_gets_retry_after_and_others_do_not(program: Programs):
    one = await program("read", token_limits=AttemptLimits(per_client=2, in_total=1000))
    answers = [await one.ask("/api/v1/boards") for _ in range(2)]
    assert [each.code for each in answers] == [200, 200]
    assert {each.headers["RateLimit-Policy"] for each in answers} == {'"minute";q=2;w=60'}
    assert [each.headers["RateLimit"].split(";")[:2] for each in answers] == [['"minute"', "r=1"], ['"minute"', "r=0"]]
    answer = await one.ask("/api/v1/boards")
    assert answer.headers["RateLimit"].startswith('"minute";r=0;t=')
    assert "Try again in" in str(problem(answer, 429)["detail"])
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert (await (await one.another("read")).ask("/api/v1/boards")).code == 200


async def test_cursor_of_figures_that_have_changed_is_refused(counted: Program):
    path = "/api/v1/page-views/pages?from=now/d&limit=5"
    following = json.loads((await counted.ask(path)).body)["next"]
    assert (await counted.ask(following)).code == 200
    problem(await counted.ask(following.replace("limit=5", "page=/3")), 409)


@pytest.mark.parametrize("bound", ["max_reports", "max_rows"])
async def test_too_many_queries_or_rows_are_503_until_the_oldest_is_dropped(counted: Program, bound: str):
    variants = counted.foyer.services.variants
    assert variants is not None
    setattr(variants, bound, 1)
    assert (await counted.ask("/api/v1/page-views/pages")).code == 200
    answer = await counted.ask("/api/v1/page-views/pages?page=/2")
    problem(answer, 503)
    assert answer.headers["Retry-After"] == "10"
    variants.last_viewed.update(dict.fromkeys(variants.last_viewed, float("-inf")))
    assert (await counted.ask("/api/v1/page-views/pages?page=/2")).code == 200
    assert len(variants.reports) == 1


@pytest.mark.slow
async def test_one_token_with_many_ranges_leaves_room_for_another(program: Callable[..., Awaitable[Program]]):
    """Checks 230 different ranges in a row: its own share ends, and nobody else notices."""
    greedy = await program("read")
    other = await greedy.another("read")
    path = "/reports/site-pages.json?from=now-{}d/d"
    answers = [await greedy.ask(path.format(days)) for days in range(1, 231)]
    assert {answer.code for answer in answers} == {200, 429}
    refused = next(answer for answer in answers if answer.code == 429)
    assert b"too many reports" in refused.body
    assert int(refused.headers["Retry-After"]) > 0
    assert (await other.ask(path.format(300))).code == 200
