"""Replaces codes such as `/`, `google organic` and `(direct)` by names that a visitor in the hall understands."""

from dataclasses import replace

from utilities.model.frames import Frame, Value

PAGE_COLUMNS = ("pagePath", "path")
SOURCE_COLUMN, MEDIUM_COLUMN = "sessionSource", "sessionMedium"
HOME_PAGE, DIRECTLY = "Home page", "Directly"

SEARCH_ENGINES = {
    "google": "Google",
    "bing": "Bing",
    "duckduckgo": "DuckDuckGo",
    "ecosia.org": "Ecosia",
    "yahoo": "Yahoo",
    "yandex": "Yandex",
    "baidu": "Baidu",
}


def with_plain_names(frame: Frame) -> Frame:
    """Returns the frame with plain names; a name that another row has already is not used twice."""
    if not frame.columns:
        return frame
    label = frame.columns[0].key
    if label not in (*PAGE_COLUMNS, SOURCE_COLUMN):
        return frame
    medium = frame.column_index(MEDIUM_COLUMN) if frame.has_column(MEDIUM_COLUMN) else None
    used = {row[0] for row in frame.rows}
    rows = []
    for row in frame.rows:
        name = (
            plain_page_name(row[0])
            if label in PAGE_COLUMNS
            else plain_source_name(row[0], row[medium] if medium else None)
        )
        if name is None or name in used:
            rows.append(row)
            continue
        used.add(name)
        rows.append((name, *("" if place == medium else value for place, value in enumerate(row) if place)))
    return replace(frame, rows=tuple(rows))


def plain_page_name(path: Value) -> str | None:
    """Returns the plain name of a path, or None."""
    return HOME_PAGE if path == "/" else None


def plain_source_name(source: Value, medium: Value) -> str | None:
    """Returns the plain name of a source of visits, or None."""
    if source == "(direct)" and medium in (None, "", "(none)"):
        return DIRECTLY
    engine = SEARCH_ENGINES.get(str(source))
    return f"{engine} search" if engine and medium == "organic" else None
