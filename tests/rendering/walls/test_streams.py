"""What walls are event, and what a wall may cost."""

import asyncio
import json

import pytest

from tests.rendering.walls.conftest import StartServer, WallServer, number, table
from tests.rendering.walls.streams import STREAM, StreamClient
from tests.waiting import wait_until
from utilities.model.frames import Frame
from utilities.rendering.walls import Intervals


async def test_a_new_stream_gets_the_time_and_then_every_tile(server: WallServer) -> None:
    await server.show("visitors", number(7))
    line = await StreamClient.open(server.port)
    assert line.status == 200
    beat = await line.next()
    assert beat is not None and beat.name == "beat"
    assert abs(beat.data["now"] / 1000 - server.clock().timestamp()) < 2
    assert beat.data["offset"] in (60, 120)
    tiles = {(await line.wait_for("tile")).data["tile"] for _ in range(3)}
    assert tiles == {"visitors", "pages", "sources"}
    line.close()


async def test_a_stream_is_not_cached_buffered_or_compressed(server: WallServer) -> None:
    line = await StreamClient.open(server.port, headers="Accept-Encoding: gzip\r\n")
    head = line.head.lower()
    assert "content-type: text/event-stream" in head
    assert "x-accel-buffering: no" in head
    assert "cache-control: no-store" in head
    assert "content-encoding" not in head
    assert "content-security-policy" in head
    line.close()


async def test_walls_reconnect_at_different_moments(server: WallServer) -> None:
    lines = [await StreamClient.open(server.port) for _ in range(30)]
    for line in lines:
        await line.next()
        line.close()
    assert len({line.retry for line in lines}) > 2
    assert all(1000 <= line.retry <= 5000 for line in lines)


async def test_a_wall_that_reconnects_gets_only_what_it_missed(server: WallServer) -> None:
    line = await StreamClient.open(server.port)
    event_ids = [(await line.wait_for("tile")).event_id for _ in range(3)]
    line.close()
    await server.show("pages", table(("/new", 1)))
    await wait_until(lambda: b"/new" in (server.walls.render_page("office") or b""))
    for back in (
        await StreamClient.open(server.port, f"{STREAM}?last={event_ids[-1]}"),
        await StreamClient.open(server.port, headers=f"Last-Event-ID: {event_ids[-1]}\r\n"),
    ):
        received = [await back.next(), await back.next(), await back.next()]
        assert [event.name for event in received if event] == ["beat", "tile", "beat"]
        assert received[1] is not None and "/new" in received[1].data["html"]
        back.close()


@pytest.mark.parametrize("event_id", ["other-1", "-1", "nonsense", "%00", "", "9" * 40, "{boot}-" + "9" * 40])
async def test_an_event_id_of_another_process_means_all_tiles(server: WallServer, event_id: str) -> None:
    line = await StreamClient.open(server.port, f"{STREAM}?last={event_id.replace('{boot}', server.walls._boot)}")
    assert {(await line.wait_for("tile")).data["tile"] for _ in range(3)} == {"visitors", "pages", "sources"}
    line.close()


async def test_a_page_and_its_stream_have_every_change_once(server: WallServer) -> None:
    await server.show("visitors", number(1))
    page = (server.walls.render_page("office") or b"").decode()
    where = page.split('data-stream="')[1].split('"')[0]
    await server.show("visitors", number(2222))
    line = await StreamClient.open(server.port, where)
    event = await line.wait_for("tile")
    assert "2,222" in event.data["html"]
    names = [event.name for event in [await line.next(), await line.next()] if event]
    assert names == ["beat", "beat"]
    line.close()


async def test_large_figures_reach_the_page_and_the_stream_once_and_in_order(server: WallServer) -> None:
    line, event_ids = await StreamClient.open(server.port), []
    for change in range(1, 5):
        await server.show("pages", table(*((f"/change-{change}/{row}", 9_000 - row) for row in range(5_000))))
        while "/change-" not in (event := await line.wait_for("tile")).data["html"]:
            pass
        assert f"/change-{change}/" in event.data["html"]
        event_ids.append(int(event.event_id.rpartition("-")[2]))
        page = (server.walls.render_page("office") or b"").decode()
        assert f"/change-{change}/" in page
        assert f"/change-{change - 1}/" not in page
        assert f"-{event_ids[-1]}&quot;" in page.replace('"', "&quot;")  # a stream that begins after the page
    assert event_ids == sorted(set(event_ids))
    line.close()


async def test_all_walls_get_the_same_bytes_rendered_once(server: WallServer) -> None:
    lines = [await StreamClient.open(server.port) for _ in range(20)]
    await server.show("visitors", number(99))
    received = await asyncio.gather(*(line.wait_for("tile", "99") for line in lines))
    assert len({event.event_id for event in received}) == 1
    for line in lines:
        line.close()
    await wait_until(lambda: server.walls.wall_count == 0)


async def test_the_status_line_follows_the_tiles_at_once(start_server: StartServer) -> None:
    server = await start_server(intervals=Intervals(beat=60))
    line = await StreamClient.open(server.port)
    assert "waiting" in (await line.wait_for("beat")).data["status"]
    for report in server.reports:
        await server.show(report, number(1))
    await line.wait_for("beat", "live")
    line.close()


async def test_a_tile_ages_by_itself(server: WallServer) -> None:
    await server.show("visitors", number(5))
    line = await StreamClient.open(server.port)
    await line.wait_for("tile", "visitors")
    server.clock.ahead += server.reports["visitors"].refresh_every * 1.1
    assert 'data-state=\\"ageing\\"' in json.dumps((await line.wait_for("tile", "ageing")).data)
    server.clock.ahead += server.reports["visitors"].stale_after * 1.1
    assert "5" in (await line.wait_for("tile", "stale")).data["html"]
    line.close()


async def test_a_failure_keeps_the_figures_and_without_figures_says_why(server: WallServer) -> None:
    line = await StreamClient.open(server.port)
    await server.fail("visitors", "Google says that this key may not see the property.")
    assert "may not see" in (await line.wait_for("tile", "failed")).data["html"]
    line.close()


async def test_a_tile_that_cannot_be_rendered_fails_alone(server: WallServer, caplog: pytest.LogCaptureFixture) -> None:
    line = await StreamClient.open(server.port)
    await server.show("visitors", Frame((), ()))
    assert "visitors" in (await line.wait_for("tile", "failed")).data["html"]
    await server.show("pages", table(("/fine", 1)))
    assert "/fine" in (await line.wait_for("tile", "/fine")).data["html"]
    assert any("cannot be rendered" in event.message for event in caplog.records)
    line.close()


async def test_no_wall_is_added_after_stop(server: WallServer) -> None:
    await server.walls.stop()
    line = await StreamClient.open(server.port)
    assert line.status == 503
    line.close()


async def test_a_wall_is_closed_when_its_session_ends(server: WallServer) -> None:
    session_end = asyncio.Event()
    channel = server.walls._channels["office"]
    line = await StreamClient.open(server.port)
    await wait_until(lambda: server.walls.wall_count == 1)
    next(iter(channel.streams)).session_end = session_end
    session_end.set()
    while await line.next() is not None:
        pass
    line.close()
    assert server.walls.wall_count == 0


async def test_an_unknown_board_has_no_stream(server: WallServer) -> None:
    for path in ("/boards/attic/stream", "/boards/attic", "/boards/attic/0123456789ab.css", "/boards/..%2foffice"):
        line = await StreamClient.open(server.port, path)
        assert line.status == 404, path
        line.close()


async def test_the_board_of_a_deleted_file_is_not_shown(start_server: StartServer) -> None:
    server = await start_server()
    server.boards.files.grace_seconds = 0.0
    server.edit("title: Other\ntiles:\n  - {report: pages, view: table, place: [1, 1, 12, 12]}\n", "other")
    await wait_until(lambda: server.walls.render_page("other"))
    line = await StreamClient.open(server.port, "/boards/other/stream")
    (server.settings.boards_dir / "other.yaml").unlink()
    while await line.next() is not None:
        pass
    line.close()
    assert server.walls.render_page("other") is None
    assert server.refresher.active == {"visitors", "pages", "sources"}
