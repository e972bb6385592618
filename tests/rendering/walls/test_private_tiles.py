"""Private tiles: while visitors are here, nothing of them is sent to a wall, however it gets its tiles."""

import asyncio
from datetime import UTC, timedelta
from functools import partial

import pytest
from tornado.httpclient import AsyncHTTPClient

from tests.rendering.walls.conftest import BOARD, StartServer, WallServer, number, table
from tests.rendering.walls.streams import STREAM, StreamClient
from tests.waiting import wait_until
from utilities.broadcast.programmes import ShownScreen
from utilities.broadcast.visitor_modes import EVERYWHERE, place_target, screen_target
from utilities.screens.model import Device, ScreenPlan

PRIVATE_BOARD = BOARD.replace("[1, 1, 6, 6]}", "[1, 1, 6, 6], private: true, title: How rich are we?}")
SECRET, TITLE, HIDDEN = "31,337", "How rich are we?", "While visitors are here."
PAGES = ("/boards/office", "/boards/office?theme=light", "/boards/office/tiles/visitors")


@pytest.fixture
async def private_server(start_server: StartServer) -> WallServer:
    server = await start_server(PRIVATE_BOARD)
    await server.fleet.visitors.refresh()
    await server.show("visitors", number(31_337))
    await server.show("pages", table(("/new", 1)))
    await wait_until(lambda: SECRET.encode() in (server.walls.render_page("office", sees_private=True) or b""))
    return server


async def read_pages(server: WallServer, *paths: str, cookie: str = "") -> list[str]:
    headers = {"Cookie": cookie} if cookie else {}
    fetch = AsyncHTTPClient().fetch
    answers = await asyncio.gather(*(fetch(server.url(path), headers=headers) for path in paths))
    return [answer.body.decode() for answer in answers]


async def test_private_tile_is_hidden_on_open_walls_at_once_and_shown_again_afterwards(private_server: WallServer):
    server, visitors = private_server, private_server.fleet.visitors
    wall = await StreamClient.open(server.port)
    shown = await wall.wait_for("tile", SECRET)
    assert all(SECRET in page and TITLE in page for page in await read_pages(server, *PAGES))
    await visitors.begin(EVERYWHERE, "ada@example.com")
    hidden = await wall.wait_for("tile", HIDDEN)
    assert hidden.data["tile"] == "visitors"
    for page in await read_pages(server, *PAGES):
        assert HIDDEN in page
        assert SECRET not in page
        assert TITLE not in page
    assert "/new" in (await read_pages(server, PAGES[0]))[0]
    await server.show("visitors", number(31_338))
    await server.show("pages", table(("/newer", 1)))
    while (event := await wall.wait_for("tile")).data["tile"] != "pages" or "/newer" not in event.data["html"]:
        assert "31,33" not in event.data["html"]
    again = await StreamClient.open(server.port, f"{STREAM}?last={shown.event_id}")  # it was away meanwhile
    assert HIDDEN in (await again.wait_for("tile", "visitors")).data["html"]
    again.close()
    await visitors.end(EVERYWHERE, "ada@example.com")
    await wall.wait_for("tile", "31,338")
    back = await StreamClient.open(server.port, f"{STREAM}?last={hidden.event_id}")
    await back.wait_for("tile", "31,338")
    for each in (wall, back):
        each.close()


async def pair_screens(server: WallServer) -> dict[str, str]:
    """Pairs screen 1 in the hall and screen 2 in the attic; returns their cookies."""
    device = Device("10.0.4.21", "Chromium 79, Tizen", "1920x1080")
    cookies = {}
    for name, place in (("hall", "Ground floor"), ("attic", "Roof")):
        secret = f"{name:_<43}"
        code, _ = await server.fleet.requests.show_code(secret, device)
        await server.fleet.registry.pair_screen(code, "ada", ScreenPlan(name, place, board="office"), "ada@example.com")
        cookies[name] = f"foyer-screen={secret}"
    return cookies


async def test_screen_follows_its_own_mode_and_that_of_its_place(private_server: WallServer):
    fleet, cookies = private_server.fleet, await pair_screens(private_server)

    async def who_sees_it() -> set[str]:
        pages = {
            name: await read_pages(private_server, "/tv", "/tv/boards/office", cookie=cookie)
            for name, cookie in cookies.items()
        } | {"person": await read_pages(private_server, *PAGES)}
        visible = {name for name, texts in pages.items() if all(SECRET in text for text in texts)}
        assert visible == {name for name, texts in pages.items() if any(SECRET in text for text in texts)}
        return visible

    assert await who_sees_it() == {"hall", "attic", "person"}
    for target in (place_target("ground FLOOR "), screen_target(1)):
        await fleet.visitors.begin(target, "ada@example.com")
        assert await who_sees_it() == {"attic", "person"}
        await fleet.visitors.end(target, "ada@example.com")
    await fleet.visitors.begin(EVERYWHERE, "ada@example.com")
    assert await who_sees_it() == set()
    entries = await fleet.director.programmes.commands.list_entries(1)
    assert [each.detail for each in entries] == ["on", "off", "on", "off", "on"]
    assert {each.action for each in entries} == {"visitors"}


async def test_edited_board_hides_a_tile_that_has_become_private(start_server: StartServer):
    server = await start_server(BOARD)
    await server.show("visitors", number(31_337))
    await server.fleet.visitors.begin(EVERYWHERE, "ada@example.com")
    wall = await StreamClient.open(server.port)
    await wall.wait_for("tile", SECRET)
    assert server.walls._channels["office"].masked is None  # it costs nothing
    server.edit(PRIVATE_BOARD)
    await wall.wait_for("reload")
    await wall.wait_for("tile", HIDDEN)
    server.edit(BOARD)
    await wall.wait_for("reload")
    assert SECRET in (await read_pages(server, PAGES[0]))[0]
    wall.close()


RULES = """\
playlists: {hall: {items: [{board: office}]}}
takeovers:
  rich: {tile: office/visitors, above: 31000, for: 1s, until: 1d, message: We have more than 31 thousand}
"""


async def test_message_of_a_rule_about_a_private_tile_is_not_on_a_screen_that_visitors_see(private_server: WallServer):
    fleet, cookies = private_server.fleet, await pair_screens(private_server)
    (private_server.settings.boards_dir / "playlists.yaml").write_text(RULES, encoding="utf-8")
    director = fleet.director
    await director.programmes.playlists.refresh()
    assert director.thresholds is not None
    await director.thresholds.check()
    private_server.clock.shift(timedelta(seconds=6))
    await private_server.show("visitors", number(31_337))
    await director.thresholds.check()
    [takeover] = director.programmes.takeovers.running(private_server.clock())
    assert (takeover.rule, takeover.message) == ("rich", "We have more than 31 thousand")

    async def read_glasses() -> list[int]:
        address = private_server.url(f"/tv/takeover/{takeover.number}")
        fetch = partial(AsyncHTTPClient().fetch, address, raise_error=False)
        answers = [await fetch(headers={"Cookie": cookie}) for cookie in cookies.values()]
        assert all((takeover.message in each.body.decode()) == (each.code == 200) for each in answers)
        return [each.code for each in answers]

    assert await read_glasses() == [200, 200]
    await fleet.visitors.begin(screen_target(1), "ada@example.com")
    assert await read_glasses() == [404, 200]
    screens = [fleet.registry.cached_by_number(each) for each in (1, 2)]
    shown = [director.programmes.picture(ShownScreen.of(each, UTC), private_server.clock()) for each in screens if each]
    assert [each.path for each in shown] == ["/tv/boards/office", f"/tv/takeover/{takeover.number}"]
    for before, after, code in (
        ("rich:", "wealthy:", 404),  # of a rule or a tile that is gone: it may have been private
        ("office/visitors", "office/gone", 404),
        ("office/visitors", "office/pages", 200),
    ):
        (private_server.settings.boards_dir / "playlists.yaml").write_text(RULES.replace(before, after))
        await director.programmes.playlists.refresh()
        assert await read_glasses() == [code, 200]
    await fleet.visitors.end(screen_target(1), "ada@example.com")
    assert await read_glasses() == [200, 200]
