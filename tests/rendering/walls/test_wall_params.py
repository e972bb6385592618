"""Which parameters of its address a wall refuses: only its own, misspelt, and never on a television."""

from collections.abc import Callable

from tests.rendering.walls.conftest import WallServer

TELEVISION = "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 SamsungBrowser/2.1 TV"


async def test_a_wall_refuses_its_own_parameters_misspelt_and_ignores_those_of_others(
    server: WallServer, fetch: Callable
):
    for query, agent, status in (
        ("?them=light", "x", 400),
        ("?Theme=light", "x", 400),
        ("?kisok", "x", 400),
        ("?kiosk&them=light", "x", 200),
        ("?them=light", TELEVISION, 200),
        ("?utm_source=mail&_=1764334&cb=7&ts=9&v=2&time=1&refresh=5s&from=now-6d/d&to=now&range=7d", "x", 200),
        ("?theme=lihgt", "x", 200),
    ):
        answer = await fetch(server.url(f"/boards/office{query}"), headers={"User-Agent": agent})
        assert answer.code == status, (query, agent)
