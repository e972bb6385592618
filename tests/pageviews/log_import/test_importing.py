"""Access logs into the page-view store: what counts, what does not, and that nothing counts twice."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pageviews.log_import.conftest import CHROME, ImportFiles, line
from utilities.config.settings import Settings
from utilities.model.errors import SettingsError
from utilities.pageviews.log_import.line_kinds import LineKind
from utilities.pageviews.log_import.log_file import MAX_LINE_BYTES
from utilities.pageviews.storage.interface import PageViewStore

pytestmark = pytest.mark.slow

Write = Callable[..., Path]
ROWS = "SELECT path, visitor, visit, moment FROM page_views ORDER BY moment, id"
LINES = [
    line("/", at="17/May/2015:10:00:00 +0000", referrer="https://lobste.rs/"),
    line("/style.css", at="17/May/2015:10:00:01 +0000"),
    line("/pricing?x=1", at="17/May/2015:10:01:00 +0000", referrer="https://www.example.com/"),
    line("/", at="17/May/2015:10:02:00 +0000", address="87.150.1.2", agent="curl/8.14.1"),
    line("/missing", at="17/May/2015:10:03:00 +0000", status=404),
    line("/", at="17/May/2015:10:04:00 +0000", method="POST"),
    line("/", at="17/May/2015:10:05:00 +0000", address="87.150.1.3", referrer="http://semalt.com/"),
    line("/feed/", at="17/May/2015:10:06:00 +0000"),
    "this is no line",
    "",
    line("/about", at="17/May/2015:11:00:00 +0000"),
]


async def test_every_line_has_exactly_one_kind(import_files: ImportFiles, write: Write):
    [summary] = await import_files(write(LINES))
    assert summary.lines == sum(summary.kinds.values()) == len(LINES)
    assert summary.kinds == {
        **{
            LineKind.PAGE: 3,
            LineKind.STATIC: 1,
            LineKind.BOT: 1,
            LineKind.ERROR: 1,
            LineKind.NOT_GET: 1,
            LineKind.SPAM: 1,
            LineKind.FEED: 1,
        },
        **{LineKind.UNREADABLE: 1, LineKind.BLANK: 1},
    }
    assert summary.unreadable == ["line 9: no known format (a a a a)"]
    assert "             3 new page views" in list(summary.text_lines())


async def test_visits_are_those_of_the_log_s_own_time(import_files: ImportFiles, write: Write, views: PageViewStore):
    await import_files(write(LINES))
    paths, visitors, visits, _ = zip(*await views.query(ROWS, {}), strict=True)
    assert paths == ("/", "/pricing", "/about")
    assert len(set(visitors)) == 1
    assert visits[0] == visits[1] != visits[2]  # 59 minutes of silence


async def test_late_line_is_sorted_by_its_time(import_files: ImportFiles, write: Write, views: PageViewStore):
    await import_files(write([LINES[2], LINES[0], LINES[10]]))
    first, second, _ = await views.query("SELECT path, visit, source FROM page_views ORDER BY moment", {})
    assert first == ("/", second[1], "Lobsters")
    assert second == ("/pricing", first[1], "Lobsters")


@pytest.mark.parametrize("name", ["again.log", "again.log.gz"])
async def test_the_same_file_twice_changes_nothing(
    import_files: ImportFiles, write: Write, views: PageViewStore, name: str
):
    await import_files(write(LINES))
    before = await views.query(ROWS, {})
    [again] = await import_files(write(LINES, name))
    assert await views.query(ROWS, {}) == before
    assert (again.new, again.kinds[LineKind.PAGE]) == (0, 3)


async def test_a_file_that_has_grown_adds_what_is_new(import_files: ImportFiles, write: Write, views: PageViewStore):
    await import_files(write(LINES[:3]))
    [grown] = await import_files(write(LINES))
    assert (grown.new, len(await views.query(ROWS, {}))) == (1, 3)


async def test_two_clients_in_one_second_are_two_visitors(
    import_files: ImportFiles, write: Write, views: PageViewStore
):
    both = [line(address="87.150.1.1"), line(address="87.150.1.2")]
    await import_files(write(both))
    await import_files(write(both))
    assert len({row[1] for row in await views.query(ROWS, {})}) == 2


async def test_rotated_files_are_read_oldest_first(import_files: ImportFiles, write: Write):
    new, old = write(LINES[10:]), write(LINES[:10], "access.log.1.gz")
    assert [summary.path for summary in await import_files(new, old)] == [old, new]


async def test_log_of_several_sites_goes_to_each(
    import_files: ImportFiles, write: Write, views: PageViewStore, tmp_path: Path
):
    (tmp_path / "sites.yaml").write_text(
        "sites:\n  - {name: shop, domains: [shop.example.com]}\n  - {name: blog, domains: [blog.example.com]}\n"
    )
    hosts = ("shop.example.com", "blog.example.com", "elsewhere.example.org")
    [summary] = await import_files(write([f"{host} {line()}" for host in hosts]), site="")
    assert summary.kinds == {LineKind.PAGE: 2, LineKind.FOREIGN: 1}
    assert await views.query("SELECT site, host FROM page_views ORDER BY site", {}) == [
        ("blog", "blog.example.com"),
        ("shop", "shop.example.com"),
    ]


async def test_log_without_hosts_needs_the_name_of_a_site(import_files: ImportFiles, write: Write):
    with pytest.raises(SettingsError, match=r"has no host names: add --site NAME \(there are: none"):
        await import_files(write(LINES), site="")


@pytest.mark.usefixtures("two_sites")
async def test_line_without_a_domain_does_not_end_the_import_of_a_log_that_has_them(
    import_files: ImportFiles, write: Write
):
    log = write([f"192.0.2.1:443 {line()}", f"shop.example.com:443 {line()}"])
    [summary] = await import_files(log, site="")
    assert summary.kinds == {LineKind.PAGE: 1, LineKind.FOREIGN: 1}
    assert "1 pages have no domain" in "\n".join(summary.text_lines())
    [summary] = await import_files(log, site="shop")
    assert summary.kinds == {LineKind.PAGE: 2}


async def test_missing_file_is_an_error_in_one_sentence(import_files: ImportFiles, tmp_path: Path):
    with pytest.raises(SettingsError, match=r"nowhere\.log cannot be read: No such file"):
        await import_files(tmp_path / "nowhere.log")


async def test_endless_line_is_one_unreadable_line(import_files: ImportFiles, write: Write):
    [summary] = await import_files(write([LINES[0], "x" * (MAX_LINE_BYTES * 20), LINES[2]]))
    assert summary.kinds == {LineKind.PAGE: 2, LineKind.UNREADABLE: 1}
    assert summary.unreadable == ["line 2: longer than any web server writes"]


async def test_invalid_utf8_does_not_end_the_import(import_files: ImportFiles, write: Write, tmp_path: Path):
    path = write(LINES)
    path.write_bytes(b"\xff\xfe\x00\x1b[2J\n" + path.read_bytes())
    [summary] = await import_files(path)
    assert summary.kinds[LineKind.PAGE] == 3
    assert all(each.isprintable() for each in summary.unreadable)


async def test_cut_character_does_not_end_the_import(import_files: ImportFiles, write: Write, views: PageViewStore):
    entry = {
        "ts": 1431857103,
        "ip": "::1",
        "method": "GET",
        "uri": "/a\ud83c",
        "status": 200,
        "user_agent": CHROME + "\ud83c",
    }
    [summary] = await import_files(write([json.dumps(entry)]))
    assert summary.kinds == {LineKind.PAGE: 1}
    assert await views.query("SELECT path, browser FROM page_views", {}) == [("/a\ufffd\ufffd\ufffd", "Chrome")]


async def test_cut_off_gzip_gives_what_can_be_read(import_files: ImportFiles, write: Write):
    path = write([line(f"/page-{number}") for number in range(8_000)], "cut.log.gz")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    [summary] = await import_files(path)
    assert 0 < summary.kinds[LineKind.PAGE] < 8_000
    assert "The file is truncated" in "\n".join(summary.text_lines())


async def test_no_part_of_an_address_is_stored(
    import_files: ImportFiles, write: Write, views: PageViewStore, conf: Settings
):
    await import_files(write(LINES))
    await views.close()
    stored = b"".join(path.read_bytes() for path in conf.data_dir.rglob("*") if path.is_file())
    assert b"87.150" not in stored


async def test_recorded_log_is_counted_as_docs_say(import_files: ImportFiles, recorded: Path, views: PageViewStore):
    [summary] = await import_files(recorded, site="semicomplete.com")
    assert summary.lines == sum(summary.kinds.values()) == 10_000
    assert summary.kinds[LineKind.UNREADABLE] == 0
    assert summary.new == summary.kinds[LineKind.PAGE] == 1571
