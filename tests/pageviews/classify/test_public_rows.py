"""Rows that others wrote to test their own: one test for each collection, which says the rows it is wrong about.

npm `isbot` 2.2.1 (MIT)             2,786 machines; of its 6,031 browsers the 5,494 that say Mozilla or Opera
npm `ua-parser-js` 0.7.21 (MIT)     124 browsers, 74 systems, 120 devices with their type
npm `referer-parser` 0.0.3 (Apache-2.0), Snowplow's rows of 2013: 22 referrers
Debian `uap-core` 0.16.0 (Apache-2.0)          1,425 browsers and 456 systems, with their versions
Debian `golang-github-mssola-user-agent-dev` 0.5.1 (MIT)  17 machines and 86 others
PyPI `publicsuffixlist` (MPL-2.0)   publicsuffix.org's own `test_psl.txt` (CC0), 77 hosts

Others are in the tests of their subject: MaxMind's 345 networks (test_places.py), crawler-user-agents' 2,123 bots and
device-detector's 34,000 rows (test_bots.py, test_agents.py). docs/counting.md says which no registry has.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import publicsuffixlist
import pytest

from utilities.pageviews.classify.attribution import find_site_by_host
from utilities.pageviews.classify.bots import is_bot
from utilities.pageviews.classify.urls import parse_referrer
from utilities.pageviews.classify.user_agents import BROWSER_NAMES, SYSTEM_NAMES, parse_user_agent, short_system_version
from utilities.pageviews.sites.site_file import registrable_domain

DATA = Path(__file__).with_name("data")

CALLED = {
    "avg secure browser": "avg",
    "baiduboxapp": "baidu explorer",
    "chrome headless": "headlesschrome",
    "chrome webview": "android webview",
    "fennec": "firefox",
    "gsa": "google",
    "iemobile": "ie",
    "metasr": "sogou explorer",
    "mobile safari": "safari",
    "mosaic": "ncsa mosaic",
    "opera mobi": "opera",
    "samsung browser": "samsung internet",
    "silk": "amazon silk",
    "wechat": "wechat browser",
    "yandex": "yandex browser",
    "blackberry": "blackberry os",
    "chromium os": "chrome os",
    "mac os": "macos",
    "ubuntu": "linux",
    "windows phone os": "windows phone",
}
"""What ua-parser-js calls by another name."""

KINDS = {"smarttv": "tv", "console": "other"}


def lines(name: str) -> list[str]:
    return [line for line in (DATA / name).read_text(encoding="utf-8").splitlines() if line.strip()]


def expected(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((DATA / f"ua-parser-js-0.7.21-{name}.json").read_text(encoding="utf-8"))
    return rows


def wrongly_named(rows: Sequence[dict[str, Any]], part: str) -> list[tuple[str, str, str]]:
    """Theirs, ours and the user-agent, where the two are different."""
    results = [
        (row["expect"]["name"].strip(), str(getattr(parse_user_agent(row["ua"]), part)), row["ua"]) for row in rows
    ]
    return [row for row in results if plain(CALLED.get(row[0].lower(), row[0])) != plain(row[1])]


def plain(name: str) -> str:
    return name.lower().replace(" ", "")


def test_2786_machines_of_isbot():
    agents = lines("isbot-2.2.1-crawlers.txt")
    missed = [agent for agent in agents if not is_bot(agent)]
    assert len(agents) == 2786
    assert len(missed) <= 156, missed  # 94.4 % are recognized; most of the others are names of programs of before 2005


@pytest.mark.slow
def test_5494_browsers_of_isbot():
    agents = [agent for agent in lines("isbot-2.2.1-browsers.txt") if agent.startswith(("Mozilla/", "Opera/"))]
    bots = [agent for agent in agents if is_bot(agent)]
    assert len(agents) == 5494
    assert len(bots) <= 42, bots  # 0.76 %; 16 of them read feeds or stand between


def test_124_browsers_of_ua_parser_js():
    rows = expected("browser")
    wrong = wrongly_named(rows, "browser")
    assert len(rows) == 124
    assert len(wrong) <= 25, wrong  # 80 %: browsers of few that are made of Chrome or IE go by that name


def test_74_systems_of_ua_parser_js():
    rows = expected("os")
    wrong = wrongly_named(rows, "system")
    assert len(rows) == 74
    assert len(wrong) <= 4, wrong  # PlayStation, Fuchsia and Haiku go unnamed, and Opera Mini on Windows Phone


def test_120_devices_of_ua_parser_js():
    rows = [row for row in expected("device") if row["expect"].get("type", "undefined") != "undefined"]
    results = [
        (KINDS.get(row["expect"]["type"], row["expect"]["type"]), parse_user_agent(row["ua"]).device) for row in rows
    ]
    wrong = [(*pair, row["ua"]) for pair, row in zip(results, rows, strict=True) if pair[0] != pair[1]]
    assert len(rows) == 120
    assert len(wrong) <= 9, wrong  # 92.5 %: telephones that leave `Mobile` out, and tablets that say it


def of_uap_core(name: str) -> list[list[str]]:
    """Agent, family, major and minor."""
    return [line.split("\t") for line in lines(f"uap-core-0.16.0-{name}.tsv")]


def test_1425_browsers_of_uap_core():
    """SerenityOS has a browser of a name by now."""
    rows = [
        (BROWSER_NAMES.get(family, family), major, parse_user_agent(agent))
        for agent, family, major, _ in of_uap_core("ua")
    ]
    wrong = [row for row in rows if row[:2] != (row[2].browser, row[2].browser_version)]
    assert len(rows) == 1425
    assert [row[0] for row in wrong] == ["SerenityOS Browser"], wrong


def test_456_systems_of_uap_core():
    """Chromecast's system has another name by now."""
    named = [
        (parse_user_agent(agent), SYSTEM_NAMES.get(family, family), *more) for agent, family, *more in of_uap_core("os")
    ]
    results = [
        (look, name, short_system_version(name, major or None, minor or None)) for look, name, major, minor in named
    ]
    wrong = [row for row in results if row[1:] != (row[0].system, row[0].system_version)]
    assert len(results) == 456
    assert [row[1] for row in wrong] == ["Chromecast"], wrong


def test_103_agents_of_mssola():
    """Some of the others are machines as well: urllib, curl, a test of Rails, Google's preview, names without more."""
    rows = [line.split("\t") for line in lines("mssola-user-agent-0.5.1.tsv")]
    machines = [agent for agent, kind in rows if kind]
    others = [agent for agent, kind in rows if not kind]
    assert (len(machines), len(others)) == (17, 86)
    assert all(map(is_bot, machines))
    assert sum(map(is_bot, others)) == 9


def test_22_referrers_of_snowplow():
    """PriceRunner is a search engine to them and a shop to GA4 and us."""
    rows = [line.split("\t") for line in lines("referer-parser-0.0.3.tsv")]
    kinds = [(find_site_by_host(parse_referrer(address).host).kind, medium, address) for address, _, medium in rows]
    assert len(rows) == 22
    assert [(ours, theirs) for ours, theirs, _ in kinds if ours != theirs] == [("shopping", "search")], kinds


def test_77_hosts_of_the_public_suffix_list():
    text = Path(publicsuffixlist.__file__).with_name("test_psl.txt").read_text(encoding="utf-8")
    rows = re.findall(r"^checkPublicSuffix\('(.*)', (?:'(.*)'|null)\);", text, re.MULTILINE)
    assert len(rows) == 77
    assert [row for row in rows if registrable_domain(row[0].lower()) != (row[1] or row[0].lower())] == []
