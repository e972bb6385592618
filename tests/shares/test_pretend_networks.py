"""The simulated networks have the ill habits of the real ones."""

import gzip
import json
from datetime import timedelta
from urllib.parse import quote

import pytest

from demo.networks.popularity import share_count
from tests.shares.conftest import HOME
from utilities.http.body_parsers import BodyFormat, parse_body

PAGE = quote(HOME, safe="")


@pytest.fixture
def get(network_server, fetch):
    async def getting(path, **options):
        return await fetch(network_server.address + path, **options)

    return getting


async def test_facebook_says_400_to_a_wrong_token(get):
    answer = await get(f"/facebook/v25.0/?id={PAGE}&fields=engagement&access_token=x")
    assert answer.code == 400
    error = json.loads(answer.body)["error"]
    assert (error["type"], error["code"]) == ("OAuthException", 190)
    assert error["fbtrace_id"]


async def test_facebook_answers_ten_times_an_hour_about_one_page(get, network_server):
    token = quote(network_server.environment["FACEBOOK_APP_TOKEN"])
    path = f"/facebook/v25.0/?id={PAGE}&fields=engagement,og_object%7Bengagement%7D&access_token={token}"
    codes = [(await get(path)).code for _ in range(11)]
    assert codes == [200] * 10 + [400]
    assert (await get(path.replace(PAGE, PAGE + "other"))).code == 200
    network_server.clock.shift(timedelta(hours=1))
    results = json.loads((await get(path)).body)
    assert sum(results["engagement"].values()) == 0 < results["og_object"]["engagement"]["count"]


async def test_pinterest_answers_in_jsonp_whether_asked_or_not(get):
    bare, named = await get(f"/pinterest/v1/urls/count.json?url={PAGE}"), "callback=mine&"
    assert bare.body.startswith(b"receiveCount(")
    answer = await get(f"/pinterest/v1/urls/count.json?{named}url={PAGE}")
    assert parse_body(answer.body, BodyFormat.JSONP)["url"] == HOME


async def test_hacker_news_finds_other_peoples_pages_too(get):
    hits = json.loads((await get(f"/hn/api/v1/search?query={PAGE}")).body)["hits"]
    assert {None} < {hit["url"] for hit in hits}
    assert len([hit for hit in hits if hit["url"] != HOME]) >= 3


async def test_lobsters_says_when_to_come_back_in_seconds_since_1970(get, network_server):
    answers = [await get(f"/lobsters/stories/url/all.json?url={PAGE}") for _ in range(31)]
    throttled = [answer for answer in answers if answer.code == 429][-1]
    assert throttled.body.startswith(b"Throttled")
    assert 0 < int(throttled.headers["RateLimit-Reset"]) - network_server.clock().timestamp() <= 60


async def test_stack_exchange_packs_even_for_those_who_cannot_unpack(get):
    answer = await get(
        "/stackexchange/2.3/search/advanced?site=stackoverflow&filter=total&url=x", decompress_response=False
    )
    assert answer.headers["Content-Encoding"] == "gzip"
    assert set(json.loads(gzip.decompress(answer.body))) == {"total"}


async def test_stack_exchange_shuts_out_who_does_not_heed_backoff(get, network_server):
    made = json.loads((await get("/stackexchange/2.3/filters/create?base=none&include=.total;.backoff")).body)
    path = f"/stackexchange/2.3/search/advanced?site=stackoverflow&url=x&filter={quote(made['items'][0]['filter'])}"
    results = [json.loads((await get(path)).body) for _ in range(40)]
    assert [each.get("backoff") for each in results] == [None] * 39 + [10]
    network_server.clock.shift(timedelta(seconds=5))
    answer = await get(path)
    assert answer.code == 400
    assert json.loads(answer.body)["error_name"] == "throttle_violation"
    network_server.clock.shift(timedelta(seconds=6))
    assert (await get(path)).code == 200


async def test_reddit_shows_the_door_to_those_without_a_token(get):
    answer = await get(f"/reddit/api/info.json?url={PAGE}")
    assert answer.code == 403
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.slow
async def test_x_says_401_and_429_with_the_moment_to_come_back(get, network_server):
    path = f"/x/2/tweets/counts/recent?query=url:%22{PAGE}%22"
    assert (await get(path)).code == 401
    bearer = {"Authorization": f"Bearer {network_server.environment['X_BEARER_TOKEN']}"}
    answers = [await get(path, headers=bearer) for _ in range(301)]
    assert answers[-1].code == 429
    assert int(answers[-1].headers["x-rate-limit-reset"]) > network_server.clock().timestamp()


async def test_linkedin_says_zero_to_everybody(get):
    answer = await get(f"/linkedin/countserv/count/share?url={PAGE}")
    assert parse_body(answer.body, BodyFormat.JS_CALL)[0]["count"] == 0


async def test_vk_answers_with_a_function_call(get):
    number, count = parse_body((await get(f"/vk/share.php?act=count&index=1&url={PAGE}")).body, BodyFormat.JS_CALL)
    assert (number, isinstance(count, int)) == (1, True)


def test_counts_are_the_same_for_everybody_and_never_fall(network_server):
    now = network_server.clock()
    pages = [f"https://www.example.com/a/{number}" for number in range(200)]
    today = [share_count("facebook", page, 9000, now, silent=0.1) for page in pages]
    assert today == [share_count("facebook", page, 9000, now, silent=0.1) for page in pages]
    later = [share_count("facebook", page, 9000, now + timedelta(hours=1), silent=0.1) for page in pages]
    assert all(after >= before for before, after in zip(today, later, strict=True))
    assert sum(later) > sum(today)
    assert 5 < today.count(0) < 40
