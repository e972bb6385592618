"""The page views of each day in the simulated world, in the form a beacon sends them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from random import Random
from urllib.parse import quote, urlencode

from demo.visitors.browsers import Browser, browser_of
from demo.visitors.machines import random_machine
from demo.world.channels import Channel
from demo.world.days import ZONE, Day, World

BLOCKING = 1000
"""Added to the world's seed for the other half of the readers, who block Google Analytics."""
PRIVATE = 0.03  # of the readers ask not to be counted
GIF = 0.05  # of the readers have scripts off, and show the image
MACHINES = 0.25  # hits of machines for each page that somebody reads
ACTIONS = {
    "/signup/thanks": ("signup", {"plan": "team"}, 1.0),
    "/pricing": ("compare plans", {}, 0.25),
    "/docs/quick-start": ("copy code", {"block": "install"}, 0.4),
    "/docs/postgres": ("copy code", {"block": "pg_hba"}, 0.3),
    "/careers/site-reliability-engineer": ("apply", {}, 0.08),
}
"""Events on a page: name, properties and frequency."""


@dataclass(frozen=True)
class Read:
    """One hit: a page view, or an event when it has a name."""

    at: datetime
    url: str
    referrer: str
    title: str
    browser: Browser
    name: str = ""
    props: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    gif: bool = False


class Readers:
    """All readers: those that GA4 counts, and those who block it."""

    def __init__(self, world: World) -> None:
        self.world = world
        blocking = World(world.clock, nasty=world.nasty, empty=world.empty, seed=world.seed + BLOCKING)
        self.worlds = (world, blocking)

    def hits_between(self, first: datetime, last: datetime) -> Iterator[Read]:
        """Returns all hits after `first` and until `last`, both aware, by day; in a day one half after the other."""
        day = first.astimezone(ZONE).date()
        while day <= last.astimezone(ZONE).date():
            midnight = datetime.combine(day, time(), ZONE)
            bounds = [(moment.astimezone(ZONE) - midnight).total_seconds() for moment in (first, last)]
            for world in self.worlds:
                result = world.day(day)
                for row in range(result.rows_until(bounds[0]), result.rows_until(bounds[1])):
                    yield from self.hits_of_row(world, result, row, midnight.astimezone(UTC))
            day += timedelta(days=1)

    def hits_of_row(self, world: World, day: Day, row: int, midnight: datetime) -> Iterator[Read]:
        """Returns the hits of one row: the page, its events, and perhaps a machine."""
        if not day.columns["views"][row]:
            return
        value = {name: column[row] for name, column in day.columns.items()}
        chance = Random(f"{world.seed} {value['session']} {row}")
        at = midnight + timedelta(seconds=value["second"] + chance.random())
        page, person = world.pages[value["page"]], value["person"]
        browser = browser_of(world.people[person * 7919 % len(world.people)], world.seed * 10**9 + person)
        first = value["previous"] < 0
        query, referrer = way_in(world.channels[value["channel"]], value["session"]) if first else ("", "")
        if not first:
            referrer = world.pages[value["previous"]].url
        headers = {"Sec-GPC": "1"} if Random(person).random() < PRIVATE else {}
        gif = Random(person + 1).random() < GIF
        yield Read(at, page.url + query, referrer, page.title, browser, headers=headers, gif=gif)
        name, props, share = ACTIONS.get(page.path, ("", {}, 0.0))
        if not gif and chance.random() < share:
            later = at + timedelta(seconds=min(value["engagement"], 20) / 2 + 0.5)
            yield Read(later, page.url, "", page.title, browser, name, dict(props), headers)
        if chance.random() < MACHINES:
            agent, address, spam, extra = random_machine(chance)
            yield Read(at, page.url, spam, page.title, Browser(agent, address, "", 0), headers=extra)


def way_in(channel: Channel, session: int) -> tuple[str, str]:
    """Returns the query string a channel adds to the landing page, and its referrer."""
    chance = Random(session)
    referrer = chance.choice(channel.referrers) if channel.referrers else ""
    if channel.medium not in ("email", "cpc"):
        return "", referrer
    params = {"utm_source": channel.source, "utm_medium": channel.medium, "utm_campaign": channel.campaign}
    if channel.terms:
        params["utm_term"] = chance.choice(channel.terms)
    return "?" + urlencode(params, quote_via=quote), referrer
