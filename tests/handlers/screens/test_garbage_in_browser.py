"""What something between server and television writes into a stream changes nothing on the glass."""

import pytest
from playwright.async_api import Browser as Chromium

from tests.handlers.screens.test_playlist_in_browser import pair, site

__all__ = ["site"]

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

LARGE = '{"html":"' + "x" * 1_000_001 + '"}'
GARBAGE = ["", "null", "7", "[]", "{}", "<h1>Sign in</h1>", '{"tile":"active-now","html":"<sec', LARGE]
RECORD_STREAMS = """(() => { const Stream = EventSource; window.streams = [];
  window.EventSource = function (url) { const stream = new Stream(url); window.streams.push(stream); return stream; };
})()"""
SEND = """texts => { for (const stream of window.streams) for (const name of ['tile', 'beat', 'show', 'command']) {
  for (const data of texts) stream.dispatchEvent(new MessageEvent(name, { data })); } return window.streams.length; }"""


async def test_garbage_in_the_streams_of_a_screen_is_ignored(chromium: Chromium, site: str):
    television, desk = await pair(chromium, site, "playlist:hall")
    faults: list[str] = []
    television.on("pageerror", lambda error: faults.append(str(error)))
    await television.context.add_init_script(RECORD_STREAMS)
    await television.reload(wait_until="commit")
    wall = television.frame_locator("iframe[data-painted]").last
    await wall.locator("body[data-beat]").wait_for()
    shown = await wall.locator("main").inner_text()
    sent = [await frame.evaluate(SEND, GARBAGE) for frame in television.frames]
    assert min(sent[:2]) > 0
    assert await wall.locator("main").inner_text() == shown
    beat = await wall.locator("body").get_attribute("data-beat")
    await wall.locator(f"body:not([data-beat='{beat}'])").wait_for()
    assert not faults
    for page in (television, desk):
        await page.context.close()
