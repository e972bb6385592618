"""Pages by views, with the visits that began there and their share counts."""

import asyncio
from collections.abc import AsyncIterator, Hashable, MutableMapping
from dataclasses import replace

from utilities.model.errors import SourceError
from utilities.model.frames import Column, Frame, Note, Value, ValueKind
from utilities.reports import Report
from utilities.sources import Sources
from utilities.sources.ga4 import Ga4Query, ga4_columns
from utilities.sources.social import ShareQuery, all_share_columns

PAGES_QUERY = Ga4Query(
    dimensions=("pagePath",),
    metrics=("screenPageViews", "sessions", "userEngagementDuration", "activeUsers", "bounceRate"),
    order="-screenPageViews",
)
LANDINGS_QUERY = Ga4Query(dimensions=("landingPage",), metrics=("sessions",), order="-sessions", limit=1000)
TITLES_QUERY = Ga4Query(
    dimensions=("pagePath", "pageTitle"), metrics=("screenPageViews",), order="-screenPageViews", limit=1000
)
ENGAGEMENT_COLUMN = Column("userEngagementDurationPerActiveUser", "Avg. engagement", ValueKind.SECONDS)
ENTRANCES_COLUMN = Column("entrances", "Entrances", ValueKind.INTEGER)
PAGE_TITLE_COLUMN = Column("pageTitle", "Title", ValueKind.TEXT, 5)
ENGAGEMENT_PARTS = ("userEngagementDuration", "activeUsers")  # replaced by their quotient
SHARES_WAIT_SECONDS = 0.5
"""Seconds the table waits for the networks before it is shown with the cached counts."""


async def build_top_pages(sources: Sources) -> AsyncIterator[Frame]:
    """Yields the table at once, and again when the last network has answered or timed out."""
    pages, landings, titles = await asyncio.gather(
        sources.fetch_frame("ga4", PAGES_QUERY),
        fetch_or_error(sources, LANDINGS_QUERY),
        fetch_or_error(sources, TITLES_QUERY),
    )
    frame = with_titles(with_entrances(with_engagement(pages), landings), titles, sources.last_frames)
    if not sources.has_source("social"):
        yield frame
        return
    urls = page_urls(sources.website, frame)
    if not urls:
        why = "" if sources.website else "set WEBSITE to get the share counts of each page"
        yield replace(frame, notes=(*frame.notes, Note(why))) if why else frame
        return
    counts = asyncio.create_task(sources.fetch_frame("social", ShareQuery(tuple(urls.values()))))
    try:
        done, _ = await asyncio.wait({counts}, timeout=SHARES_WAIT_SECONDS)
        if not done:
            cached = await sources.fetch_frame("social", ShareQuery(tuple(urls.values()), known=True))
            yield with_shares(frame, urls, cached)
        yield with_shares(frame, urls, await counts)
    finally:
        counts.cancel()


async def fetch_or_error(sources: Sources, query: Ga4Query) -> Frame | SourceError:
    """Returns the landing pages or the titles, or the error: the table is complete without them."""
    try:
        return await sources.fetch_frame("ga4", query)
    except SourceError as error:
        return error


def with_engagement(frame: Frame) -> Frame:
    """Replaces the two parts of the average engagement per person by their quotient."""
    seconds, people = frame.column_values("userEngagementDuration"), frame.column_values("activeUsers")
    kept_places = [place for place, c in enumerate(frame.columns) if c.key not in ENGAGEMENT_PARTS]
    bare = replace(
        frame,
        columns=tuple(frame.columns[place] for place in kept_places),
        rows=tuple(tuple(row[place] for place in kept_places) for row in frame.rows),
    )
    averages: list[Value] = [
        float(spent) / float(by) if spent is not None and by else None
        for spent, by in zip(seconds, people, strict=True)
    ]
    return bare.with_column(ENGAGEMENT_COLUMN, averages)


def with_entrances(frame: Frame, landings: Frame | SourceError) -> Frame:
    """Joins the sessions that began on each page; a path that is missing from a complete list began none.

    `landingPage` may lack the slash that `pagePath` ends in.
    """
    if isinstance(landings, SourceError):
        return frame.with_column(ENTRANCES_COLUMN, [None] * len(frame.rows), [Note(str(landings), "entrances")])
    began = dict(zip(landings.column_values("landingPage"), landings.column_values("sessions"), strict=True))
    missing = 0 if len(landings.rows) < LANDINGS_QUERY.limit and "(other)" not in began else None
    values = [
        began.get(path, began.get(path.rstrip("/"), missing)) if is_path(path) else None
        for path in map(str, frame.column_values("pagePath"))
    ]
    return frame.with_column(ENTRANCES_COLUMN, values)


def with_titles(frame: Frame, titles: Frame | SourceError, last_frames: MutableMapping[Hashable, Frame]) -> Frame:
    """Joins the title under which each page was viewed most; walls show it in place of the path.

    Without an answer the titles are those of the last one, with a note.
    """
    notes: list[Note] = []
    if isinstance(titles, SourceError):
        last = last_frames.get(TITLES_QUERY)
        if last is None:
            text = f"Paths instead of titles: {titles}"
            bare = replace(frame, notes=(*frame.notes, Note(text, short="no titles")))
            return bare.with_column(PAGE_TITLE_COLUMN, [None] * len(frame.rows), [Note(str(titles), "pageTitle")])
        notes, titles = [Note(f"Titles of an earlier answer: {titles}", "pageTitle")], last
    else:
        last_frames[TITLES_QUERY] = titles
    by_path: dict[Value, Value] = {}
    for path, title in zip(titles.column_values("pagePath"), titles.column_values("pageTitle"), strict=True):
        if title and not str(title).startswith("("):  # such as (not set)
            by_path.setdefault(path, title)
    return frame.with_column(PAGE_TITLE_COLUMN, [by_path.get(path) for path in frame.column_values("pagePath")], notes)


def is_path(text: str) -> bool:
    """Whether it is a page; `(other)` and the like are none."""
    return text.startswith("/")


def page_urls(website: str, frame: Frame) -> dict[str, str]:
    """Returns the public URL of each path; `(other)` is not a path."""
    if not website:
        return {}
    return {path: website + path for path in map(str, frame.column_values("pagePath")) if is_path(path)}


def with_shares(frame: Frame, urls: dict[str, str], counts: Frame) -> Frame:
    """Adds one column for each network, in the order of the pages."""
    places = {url: place for place, url in enumerate(counts.column_values("url"))}
    for network in counts.columns[1:]:
        shares = counts.column_values(network.key)
        values = [
            shares[places[urls[path]]] if path in urls and urls[path] in places else None
            for path in frame.column_values("pagePath")
        ]
        notes = [note for note in counts.notes if note.column == network.key]
        frame = frame.with_column(network, values, notes)
    return replace(frame, notes=(*frame.notes, *(note for note in counts.notes if note.column is None)))


def top_page_columns() -> tuple[Column, ...]:
    """Returns the columns that the table can have: one for each network, configured or not."""
    counted = [column for column in ga4_columns(PAGES_QUERY) if column.key not in ENGAGEMENT_PARTS]
    return (*counted, ENGAGEMENT_COLUMN, ENTRANCES_COLUMN, PAGE_TITLE_COLUMN, *all_share_columns())


REPORT = Report(
    name="top-pages",
    title="Which pages are most popular?",
    sources=("ga4", "social"),
    query=PAGES_QUERY,
    build=build_top_pages,
    columns=top_page_columns(),
    headings={"pagePath": "Page", "screenPageViews": "Views"},
    ranks={"sessions": 3, "userEngagementDurationPerActiveUser": 1, "bounceRate": 2, "entrances": 4},
)
