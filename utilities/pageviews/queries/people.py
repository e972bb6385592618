"""Who reads: where from, in which language, and with what."""

from dataclasses import replace

from utilities.model.frames import Note
from utilities.model.time_ranges import TimeRange
from utilities.pageviews.classify.countries import country_name
from utilities.pageviews.queries import UNKNOWN, Arranged, Found, ranked, text

NOWHERE = Note("Countries are unknown until “make geo” has put their database in place.")


def in_px(found: Found, span: TimeRange) -> Arranged:
    """A width as it is spoken of; 0 is what nobody knows."""
    return [(f"{row[0]} px" if row[0] else UNKNOWN, *row[1:]) for row in found], ()


def by_name(found: Found, span: TimeRange) -> Arranged:
    rows = [(country_name(row[0]) or UNKNOWN, *row[1:]) for row in found]
    return rows, (NOWHERE,) if rows and {row[0] for row in rows} == {UNKNOWN} else ()


QUESTIONS = (
    replace(ranked("countries", text("country", "Country")), arrange=by_name),
    ranked("languages", text("language", "Language")),
    ranked("browsers", text("browser", "Browser"), text("browser_version", "Version", 1)),
    ranked("systems", text("system", "System"), text("system_version", "Version", 1)),
    ranked("devices", text("device", "Device")),
    ranked("agents", text("agent", "User agent")),
    replace(ranked("screens", text("screen", "Screen width")), arrange=in_px),
)
