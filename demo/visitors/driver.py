"""Sends page views and events to the real beacon over HTTP, each at its time, as a browser does."""

import asyncio
import json
import logging
from datetime import datetime, timedelta
from urllib.parse import urlencode

from tornado.httpclient import AsyncHTTPClient, HTTPRequest

from demo.clock import VirtualClock
from demo.visitors.reading import Read, Readers
from demo.world.days import World

log = logging.getLogger(__name__)

TICK = 0.5  # seconds between two looks at who has something to say
PATIENCE = 5.0  # seconds for one answer
CATCH_UP = timedelta(minutes=1)
"""Longest time that is caught up after a sleep; the rest is dropped."""


class Driver:
    """Sends the visitors' hits to Foyer at `address`, from now on and until cancelled."""

    def __init__(self, world: World, clock: VirtualClock, address: str) -> None:
        self.readers = Readers(world)
        self.clock = clock
        self.address = address
        self.sent = 0
        self.refused = 0  # answers that were none of success, and none at all
        self.client = AsyncHTTPClient(force_instance=True)

    async def run(self) -> None:
        try:
            done = self.clock()
            later: list[Read] = []  # what somebody is going to do on the page that is before them
            while True:
                await asyncio.sleep(TICK)
                now = self.clock()
                later += self.readers.hits_between(max(done, now - CATCH_UP), now)
                due = [read for read in later if read.at <= now]
                later = [read for read in later if read.at > now]
                done = now
                await asyncio.gather(*map(self.send_hit, sorted(due, key=time_of_hit)))
        finally:
            self.client.close()

    async def send_hit(self, read: Read) -> None:
        """Sends one hit like static/a.js: a form in the body, or the image for browsers without scripts."""
        try:
            answer = await self.client.fetch(make_request(self.address, read), raise_error=False)
            well = answer.code < 400
        except OSError:  # it is not there any more, or not yet
            well = False
        self.sent += well
        self.refused += not well


def time_of_hit(read: Read) -> datetime:
    return read.at


def make_request(address: str, read: Read) -> HTTPRequest:
    """Returns the HTTP request. The demo's Foyer trusts this machine as a proxy."""
    browser = read.browser
    fields = {"url": read.url, "ref": read.referrer, "t": read.title, "w": browser.screen or "", "l": browser.language}
    if read.name:
        fields |= {"n": read.name, "p": json.dumps(read.props) if read.props else ""}
    form = urlencode(fields)
    headers = {"X-Forwarded-For": browser.address, "User-Agent": browser.agent, **read.headers}
    if browser.language:
        headers["Accept-Language"] = f"{browser.language},en;q=0.5"
    if read.gif:
        return HTTPRequest(f"{address}/a.gif?{form}", headers=headers, request_timeout=PATIENCE)
    headers |= {"Content-Type": "text/plain;charset=UTF-8", "Origin": "https://www.example.com"}
    return HTTPRequest(f"{address}/a", method="POST", headers=headers, body=form, request_timeout=PATIENCE)
