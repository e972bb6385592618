"""Lines with missing or unusual fields are counted correctly, or reported."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.pageviews.log_import.conftest import CHROME, ImportFiles, line
from tests.pageviews.log_import.test_importing import LINES, ROWS
from utilities.config.settings import Settings
from utilities.pageviews.log_import.line_kinds import LineKind
from utilities.pageviews.storage.interface import PageViewStore
from utilities.pageviews.storage.retention import delete_expired_views

pytestmark = pytest.mark.slow

Write = Callable[..., Path]


async def test_lines_older_than_the_site_keeps_are_named_and_not_stored(
    import_files: ImportFiles, write: Write, views: PageViewStore
):
    at = datetime(2017, 6, 18, 12, tzinfo=UTC)  # 25 months after 18 May 2015
    lines = [line(at="17/May/2015:23:59:59 +0000"), line(at="18/May/2015:00:00:00 +0000")]
    [summary] = await import_files(write(lines), clock=lambda: at)
    assert summary.kinds == {LineKind.OLD: 1, LineKind.PAGE: 1}
    assert await delete_expired_views(views, lambda site: 25, at.date()) == 0
    assert "1 older than the site keeps" in "\n".join(summary.text_lines())


async def test_line_of_the_far_future_is_no_page_view(import_files: ImportFiles, write: Write):
    [summary] = await import_files(
        write([line(at="22/May/2015:10:00:00 +0000"), line(at="21/May/2015:10:00:00 +0000")])
    )
    assert summary.kinds == {LineKind.FUTURE: 1, LineKind.PAGE: 1}


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("192.0.2.9, 10.0.0.1", LineKind.EXCLUDED),
        ("::ffff:192.0.2.9", LineKind.EXCLUDED),
        ("[::ffff:c000:209]:80", LineKind.EXCLUDED),
        ("203.0.113.5", LineKind.PAGE),
    ],
)
@pytest.mark.usefixtures("two_sites")
async def test_addresses_are_those_of_beacons(import_files: ImportFiles, write: Write, address: str, kind: LineKind):
    [summary] = await import_files(write([line(address=address)]), site="shop")
    assert summary.kinds == {kind: 1}


@pytest.mark.usefixtures("two_sites")
async def test_trusted_proxies_name_the_client_as_for_beacons(import_files: ImportFiles, write: Write, conf: Settings):
    record = {"ts": 1431857103, "remote_addr": "10.0.0.1", "uri": "/", "status": 200, "http_user_agent": CHROME}
    log = write([json.dumps(record | {"http_x_forwarded_for": "192.0.2.9"}), line(address="10.0.0.1") + ' "192.0.2.9"'])
    [summary] = await import_files(
        log, site="shop", settings=conf.model_copy(update={"trusted_proxies": ("10.0.0.0/8",)})
    )
    assert summary.kinds == {LineKind.EXCLUDED: 2}
    [summary] = await import_files(log, site="shop")
    assert summary.kinds == {LineKind.PAGE: 2}


async def test_format_without_agents_counts_and_a_missing_agent_is_a_bot(
    import_files: ImportFiles, write: Write, views: PageViewStore
):
    common = [line(f"/{number}").partition(' "-"')[0] for number in range(3)]
    [summary] = await import_files(write([*common, line(agent="-")]))
    assert summary.kinds == {LineKind.PAGE: 3, LineKind.BOT: 1}
    assert await views.query("SELECT DISTINCT browser, agent FROM page_views", {}) == [("", "")]


async def test_summary_in_which_all_are_bots_says_why(import_files: ImportFiles, write: Write):
    [summary] = await import_files(write([line(agent="-"), line(agent="curl/8.14.1")]))
    assert "1 clients sent no user-agent, and 1 sent one of the list of bots" in "\n".join(summary.text_lines())


@pytest.mark.parametrize("at", ["31/Dec/9999:23:59:59 -0100", "00/Jan/2015:00:00:00 +0000"])
async def test_impossible_time_spoils_only_its_line(import_files: ImportFiles, write: Write, at: str):
    [summary] = await import_files(
        write([LINES[0], line(at=at), '{"ts": Infinity, "ip": "::1", "uri": "/", "status": 200}'])
    )
    assert summary.kinds == {LineKind.PAGE: 1, LineKind.UNREADABLE: 2}


@pytest.mark.usefixtures("two_sites")
async def test_hosts_are_compared_as_beacons_do(import_files: ImportFiles, write: Write, views: PageViewStore):
    lines = [
        f"BLOG.Example.COM.:443 {line()}",
        line("/b").replace(" - - ", " Blog.Example.com - "),
        line("/c").replace(" - - ", " other.example.org - "),
        '{"ts": 1431857103, "ip": "::1", "uri": "/d", "status": 200, "host": "web-1"}',
    ]
    [summary] = await import_files(write(lines), site="shop")
    assert summary.kinds == {LineKind.PAGE: 3, LineKind.FOREIGN: 1}
    rows = await views.query("SELECT site, path FROM page_views ORDER BY path", {})
    assert rows == [("blog", "/"), ("blog", "/b"), ("shop", "/d")]


@pytest.mark.usefixtures("two_sites")
async def test_time_without_zone_is_the_site_s_own(import_files: ImportFiles, write: Write, views: PageViewStore):
    await import_files(write([line(at="17/May/2015:00:30:00"), line(at="17/Jan/2015:00:30:00")]), site="shop")
    rows = await views.query("SELECT moment, day FROM page_views ORDER BY moment", {})
    assert [(f"{moment:%d %H:%M}", day.day) for moment, day in rows] == [("16 23:30", 17), ("16 22:30", 17)]


async def test_last_line_that_is_being_written_counts_when_it_is_complete(
    import_files: ImportFiles, write: Write, views: PageViewStore
):
    log = write(LINES[:3])
    content = log.read_bytes()
    for cut in (20, 60, 100, 200):  # in the agent, the referrer and the request
        log.write_bytes(content[:-cut])
        [summary] = await import_files(log)
        assert summary.kinds[LineKind.CUT_OFF] == 1
    log.write_bytes(content[:-1])
    await import_files(log)
    assert [row[0] for row in await views.query(ROWS, {})] == ["/", "/pricing"]


async def test_each_object_of_a_line_is_a_line(import_files: ImportFiles, write: Write):
    page = {"ts": 1431857103, "ip": "203.0.113.5", "status": 200, "http_user_agent": CHROME}
    pages = [json.dumps(page | {"uri": f"/{number}"}) for number in range(8)]
    log = write(
        [
            "[",
            pages[0] + pages[1],
            f"[{pages[2]}, {pages[3]}]",
            f'{{"records": [{pages[4]}, {pages[5]}]}}',
            f'{pages[6]} {{"uri": "/x"}}',
            f"{pages[7]} and more",
            "]",
        ]
    )
    [summary] = await import_files(log)
    assert summary.kinds == {LineKind.PAGE: 7, LineKind.UNREADABLE: 2, LineKind.BLANK: 2}
    assert (summary.lines, summary.new) == (11, 7)
    assert [each.partition(":")[0] for each in summary.unreadable] == ["line 5", "line 6"]


async def test_line_of_which_only_a_part_came_is_cut_off(import_files: ImportFiles, write: Write):
    [summary] = await import_files(write([LINES[0], f"2026-11-20T09:00:00Z stdout P {line()[:50]}"]))
    assert {kind: count for kind, count in summary.kinds.items() if count} == {LineKind.PAGE: 1, LineKind.CUT_OFF: 1}
