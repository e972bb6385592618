"""What walls are told, and what a wall may cost."""

import asyncio
import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.rendering.walls.conftest import BuildHouse, House, number, table, until
from tests.rendering.walls.streams import STREAM, Line
from utilities.model.frames import Frame
from utilities.rendering.walls import Pace


async def test_a_new_stream_hears_the_time_and_then_every_tile(house: House) -> None:
    await house.show("visitors", number(7))
    line = await Line.open(house.port)
    assert line.status == 200
    beat = await line.next()
    assert beat is not None and beat.name == "beat"
    assert abs(beat.data["now"] / 1000 - house.clock().timestamp()) < 2
    assert beat.data["offset"] in (60, 120)
    tiles = {(await line.until("tile")).data["tile"] for _ in range(3)}
    assert tiles == {"visitors", "pages", "sources"}
    line.close()


async def test_a_stream_is_neither_kept_nor_held_back_nor_squeezed(house: House) -> None:
    line = await Line.open(house.port, headers="Accept-Encoding: gzip\r\n")
    head = line.head.lower()
    assert "content-type: text/event-stream" in head
    assert "x-accel-buffering: no" in head
    assert "cache-control: no-store" in head
    assert "content-encoding" not in head
    assert "content-security-policy" in head
    line.close()


async def test_walls_are_told_to_come_back_at_different_moments(house: House) -> None:
    lines = [await Line.open(house.port) for _ in range(30)]
    for line in lines:
        await line.next()
        line.close()
    assert len({line.retry for line in lines}) > 2
    assert all(1000 <= line.retry <= 5000 for line in lines)


async def test_a_stream_for_an_old_proxy_is_not_chunked(house: House) -> None:
    line = await Line.open(house.port, version="1.0")
    assert not line.chunked
    assert (await line.until("tile", "visitors")).mark
    line.close()


async def test_a_wall_that_returns_hears_only_what_it_missed(house: House) -> None:
    line = await Line.open(house.port)
    marks = [(await line.until("tile")).mark for _ in range(3)]
    line.close()
    await house.show("pages", table(("/new", 1)))
    await until(lambda: b"/new" in (house.walls.page("office") or b""))
    for back in (
        await Line.open(house.port, f"{STREAM}?last={marks[-1]}"),
        await Line.open(house.port, headers=f"Last-Event-ID: {marks[-1]}\r\n"),
    ):
        heard = [await back.next(), await back.next(), await back.next()]
        assert [told.name for told in heard if told] == ["beat", "tile", "beat"]
        assert heard[1] is not None and "/new" in heard[1].data["html"]
        back.close()


@pytest.mark.parametrize("mark", ["other-1", "-1", "nonsense", "%00", "", "9" * 40, "{boot}-" + "9" * 40])
async def test_a_mark_that_is_not_ours_means_everything(house: House, mark: str) -> None:
    line = await Line.open(house.port, f"{STREAM}?last={mark.replace('{boot}', house.walls._boot)}")
    assert {(await line.until("tile")).data["tile"] for _ in range(3)} == {"visitors", "pages", "sources"}
    line.close()


async def test_a_page_and_its_stream_leave_nothing_out_and_say_nothing_twice(house: House) -> None:
    await house.show("visitors", number(1))
    page = (house.walls.page("office") or b"").decode()
    where = page.split('data-stream="')[1].split('"')[0]
    await house.show("visitors", number(2222))
    line = await Line.open(house.port, where)
    told = await line.until("tile")
    assert "2,222" in told.data["html"]
    names = [event.name for event in [await line.next(), await line.next()] if event]
    assert names == ["beat", "beat"]
    line.close()


async def test_all_walls_are_told_the_same_bytes_that_were_painted_once(house: House) -> None:
    lines = [await Line.open(house.port) for _ in range(20)]
    await house.show("visitors", number(99))
    heard = await asyncio.gather(*(line.until("tile", "99") for line in lines))
    assert len({told.mark for told in heard}) == 1
    for line in lines:
        line.close()
    await until(lambda: house.walls.count == 0)


async def test_the_word_at_the_foot_follows_the_tiles_at_once(build_house: BuildHouse) -> None:
    house = await build_house(pace=Pace(beat=60))
    line = await Line.open(house.port)
    assert "waiting" in (await line.until("beat")).data["status"]
    for report in house.reports:
        await house.show(report, number(1))
    await line.until("beat", "live")
    line.close()


async def test_a_tile_ages_by_itself(house: House) -> None:
    await house.show("visitors", number(5))
    line = await Line.open(house.port)
    await line.until("tile", "visitors")
    house.clock.ahead = house.reports["visitors"].refresh_every * 1.1
    assert 'data-state=\\"ageing\\"' in json.dumps((await line.until("tile", "ageing")).data)
    house.clock.ahead = house.reports["visitors"].stale_after * 1.1
    assert "5" in (await line.until("tile", "stale")).data["html"]
    line.close()


async def test_after_midnight_a_stale_tile_names_the_day(house: House) -> None:
    await house.show("visitors", number(5), age=house.reports["visitors"].stale_after.total_seconds() + 60)
    line = await Line.open(house.port)
    first = await line.until("tile", "stale")
    house.clock.ahead = timedelta(days=1)
    then = house.store.latest("visitors").taken_at.astimezone(ZoneInfo("Europe/Berlin"))  # type: ignore[union-attr]
    assert f"{then:%a}" not in first.data["html"]
    await line.until("tile", f"{then:%a}")
    line.close()


async def test_a_failure_keeps_the_figures_and_without_figures_says_why(house: House) -> None:
    line = await Line.open(house.port)
    await house.fail("visitors", "Google says that this key may not see the property.")
    assert "may not see" in (await line.until("tile", "failed")).data["html"]
    line.close()


async def test_a_tile_that_cannot_be_drawn_fails_alone(house: House, caplog: pytest.LogCaptureFixture) -> None:
    line = await Line.open(house.port)
    await house.show("visitors", Frame((), ()))
    assert "visitors" in (await line.until("tile", "failed")).data["html"]
    await house.show("pages", table(("/fine", 1)))
    assert "/fine" in (await line.until("tile", "/fine")).data["html"]
    assert any("cannot be drawn" in told.message for told in caplog.records)
    line.close()


async def test_nobody_joins_once_foyer_is_going(house: House) -> None:
    await house.walls.stop()
    line = await Line.open(house.port)
    assert line.status == 503
    line.close()


async def test_a_wall_leaves_when_its_session_is_over(house: House) -> None:
    ended = asyncio.Event()
    showing = house.walls._showings["office"]
    line = await Line.open(house.port)
    await until(lambda: house.walls.count == 1)
    next(iter(showing.walls)).ended = ended
    ended.set()
    while await line.next() is not None:
        pass
    line.close()
    assert house.walls.count == 0


async def test_there_is_no_stream_of_a_board_that_is_not(house: House) -> None:
    for path in ("/boards/attic/stream", "/boards/attic", "/boards/attic/0123456789ab.css", "/boards/..%2foffice"):
        line = await Line.open(house.port, path)
        assert line.status == 404, path
        line.close()


async def test_the_board_of_a_deleted_file_is_shown_no_more(build_house: BuildHouse) -> None:
    house = await build_house()
    house.edit("title: Other\ntiles:\n  - {report: pages, view: table, place: [1, 1, 12, 12]}\n", "other")
    await until(lambda: house.walls.page("other"))
    line = await Line.open(house.port, "/boards/other/stream")
    (house.settings.boards_dir / "other.yaml").unlink()
    while await line.next() is not None:
        pass
    line.close()
    assert house.walls.page("other") is None
    assert house.refresher.active == {"visitors", "pages", "sources"}
