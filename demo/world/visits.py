"""Generation of one day's visits: who comes when, from where, and what they read."""

from datetime import date
from itertools import accumulate
from math import log
from random import Random
from typing import Any, NamedTuple

from demo.world.channels import Channel
from demo.world.pages import Page

HOURS = (62, 58, 55, 53, 54, 60, 72, 86, 100, 108, 112, 108, 102, 100, 96, 92, 86, 80, 76, 74, 72, 70, 68, 65)
"""Visits by hour; readers live in many time zones, so there are some at night."""

DEPTHS = (1, 2, 3, 4, 5, 6, 8, 11)
DEPTH_WEIGHTS = tuple(accumulate((60, 16, 9, 6, 4, 3, 1, 1)))
NEWCOMERS = 0.68
RETURNED_TO = 0.06
"""Visits of people who return to an open tab: they have no page view, and so no landing page."""
STRIDE = 10_000
"""The range of visitor numbers for one day's new visitors."""


class View(NamedTuple):
    """One page view, or with `views` 0 the rest of a visit without one; pages, channels and people by number."""

    second: int  # of the day
    session: int
    person: int
    page: int
    channel: int
    landing: int  # -1 when there is no landing page
    previous: int  # -1 for the first of a visit
    engagement: int  # seconds the page was in front of somebody
    duration: float  # of the visit
    engaged: bool  # the visit was more than a glance
    new: bool  # it is this person's first
    active: bool
    events: int
    key: int
    views: int


class Visits:
    """Makes the rows of a day; each is one page view."""

    def __init__(self, pages: tuple[Page, ...], channels: tuple[Channel, ...], *, nasty: bool) -> None:
        self.nasty = nasty
        self.pages = range(len(pages))
        self.weights = list(accumulate(p.nasty if nasty and p.nasty else p.weight for p in pages))
        self.leave = [1 / page.reading_seconds for page in pages]
        self.thanks = next(place for place, page in enumerate(pages) if page.path == "/signup/thanks")
        self.channels = range(len(channels))
        self.ways = channels
        self.landings = [self.landing_weights(pages, channel) for channel in channels]

    def landing_weights(self, pages: tuple[Page, ...], channel: Channel) -> list[float]:
        """Returns the landing page for a channel: mostly a page of its kind, the front page for direct visits."""
        weights = []
        for page in pages:
            weight = page.nasty if self.nasty and page.nasty else page.weight
            if channel.group == "Direct" and page.path == "/":
                weight *= 4
            weights.append(weight if page.path.startswith(channel.lands) else weight * 0.04)
        return list(accumulate(weights))

    def channel_weights(self, which: date, random: Random) -> list[float]:
        """Returns the weights of the channels that day: a newsletter on Tuesdays, some days a popular post."""
        front_page = random.random() < 0.15
        result = []
        for way in self.ways:
            weight = way.nasty if self.nasty and way.nasty else way.weight
            weight *= (4.5 if which.weekday() == 1 else 0.45) if way.medium == "email" else 1
            result.append(weight * 3 if front_page and way.source == "news.ycombinator.com" else weight)
        return result

    def columns_on(self, which: date, sessions: int, random: Random) -> dict[str, list[Any]]:
        """Returns the columns of a day with so many sessions."""
        rows: list[View] = []
        channels = random.choices(self.channels, self.channel_weights(which, random), k=sessions)
        depths = random.choices(DEPTHS, cum_weights=DEPTH_WEIGHTS, k=sessions)
        hours = random.choices(range(24), HOURS, k=sessions)
        more = iter(random.choices(self.pages, cum_weights=self.weights, k=sum(depths)))
        for number in range(sessions):
            channel, depth = channels[number], depths[number]
            (landing,) = random.choices(self.pages, cum_weights=self.landings[channel])
            pages = [landing, *(next(more) for _ in range(depth - 1))]
            start = hours[number] * 3600 + int(random.random() * 3600)
            person, new = self.pick_person(which, number, random)
            session = which.toordinal() * 100_000 + number
            if not new and random.random() < RETURNED_TO:
                rows.append(
                    View(start, session, person, landing, channel, -1, -1, 12, 14.0, True, False, True, 2, 0, 0)
                )
            else:
                rows.extend(self.make_session(session, person, new, channel, pages, start, random))
        rows.sort()
        columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in View._fields]
        return dict(zip(View._fields, columns, strict=True))

    def pick_person(self, which: date, number: int, random: Random) -> tuple[int, bool]:
        """Returns a new visitor, or one who first came on an earlier day."""
        if random.random() < NEWCOMERS:
            return which.toordinal() * STRIDE + number, True
        back = int(-log(1 - random.random()) * 5)
        return (which.toordinal() - back) * STRIDE + int(random.random() ** 2 * 1500), False

    def make_session(
        self, session: int, person: int, new: bool, channel: int, pages: list[int], start: int, random: Random
    ) -> list[View]:
        """Makes one visit page by page; none goes past midnight, because GA4 would split it there."""
        times = [min(86_399, start)]
        stays = [min(1500, int(random.expovariate(self.leave[page]))) for page in pages]
        for stay in stays[:-1]:
            times.append(min(86_399, times[-1] + stay + 1))
        bounced = len(pages) == 1 and random.random() < 0.66 + pages[0] * 37 % 9 / 30
        duration = times[-1] - start + (0.0 if bounced else stays[-1] + random.random())
        engaged = not bounced and (len(pages) > 1 or duration > 10)
        rows: list[View] = []
        for place, page in enumerate(pages):
            stay = 0 if bounced else stays[place]
            row = View(
                second=times[place],
                session=session,
                person=person,
                page=page,
                channel=channel,
                landing=pages[0],
                previous=pages[place - 1] if place else -1,
                engagement=stay,
                duration=duration,
                engaged=engaged,
                new=new,
                active=engaged or new,
                events=1 + (place == 0) + (new and place == 0) + (stay > 5) + (stay > 60),
                key=int(page == self.thanks),
                views=1,
            )
            rows.append(row)
        return rows
