"""The queries of countries, languages, browsers, systems, devices, screens and user-agents."""

from dataclasses import replace

from utilities.model.frames import Note
from utilities.model.time_ranges import TimeRange
from utilities.pageviews.classify.countries import country_name
from utilities.pageviews.queries import EngineRows, FrameRows, ranked_query, text_column
from utilities.pageviews.sql.filters import UNKNOWN_NAME

NO_COUNTRIES_NOTE = Note("Countries are unknown until “make geo” has put their database in place.", short="not known")


def format_widths(engine_rows: EngineRows, time_range: TimeRange) -> FrameRows:
    """Formats screen widths in px; 0 is unknown."""
    return [(f"{row[0]} px" if row[0] else UNKNOWN_NAME, *row[1:]) for row in engine_rows], ()


def name_countries(engine_rows: EngineRows, time_range: TimeRange) -> FrameRows:
    rows = [(country_name(row[0]) or UNKNOWN_NAME, *row[1:]) for row in engine_rows]
    return rows, (NO_COUNTRIES_NOTE,) if rows and {row[0] for row in rows} == {UNKNOWN_NAME} else ()


QUERIES = (
    replace(ranked_query("countries", text_column("country", "Country"), has_unknown=False), to_rows=name_countries),
    ranked_query("languages", text_column("language", "Language")),
    ranked_query("browsers", text_column("browser", "Browser"), text_column("browser_version", "Version", 1)),
    ranked_query("systems", text_column("system", "System"), text_column("system_version", "Version", 1)),
    ranked_query("devices", text_column("device", "Device")),
    ranked_query("agents", text_column("agent", "User agent")),
    replace(ranked_query("screens", text_column("screen", "Screen width"), has_unknown=False), to_rows=format_widths),
)
