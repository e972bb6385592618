"""Page titles without the ending that a site puts behind them: `Pricing | Example` becomes `Pricing`."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from utilities.model.frames import Frame

PAGE_COLUMNS = ("pagePath", "path")
TITLE_COLUMNS = ("pageTitle", "title")
SEPARATOR = re.compile(r" ?[|｜] ?| (?:-|–|—|·|•|»|›|::) ")
SEGMENT_SEPARATOR = re.compile(rf"{SEPARATOR.pattern}|: ")  # also as in `Example: backups that restore`
MAX_ENDING_CHARS = 60
MIN_TITLES = 3  # that must have an ending before it is the site's; one fewer where no title has another ending
SAMPLED_TITLES = 500  # the first rows show which ending is the site's; a table may have 10,000
MIN_SHARE = 0.2  # of all titles; most titles that have any ending must have this one


def shorten_titles(frame: Frame) -> Frame:
    """Returns the frame whose titles lack the site's own ending; a title that would equal another stays as it is."""
    places = [place for place, column in enumerate(frame.columns) if column.key in TITLE_COLUMNS]
    if not places:
        return frame
    place = places[0]
    first_titles = [str(row[place] or "") for row in frame.named_rows[:SAMPLED_TITLES]]
    endings = shared_ending(first_titles), ending_of_home(frame, place, first_titles)
    suffixes = {ending for ending in endings if ending}
    if not suffixes:
        return frame
    parts = [(title, *split_ending(title)) for title in first_titles]
    tails = tuple({title[len(name) :] for title, name, ending in parts if ending in suffixes})
    short = remove_tails({str(row[place] or "") for row in frame.named_rows}, tails)
    used = Counter(short.values())
    names = {title: name for title, name in short.items() if name is not title and used[name] == 1}
    rows = tuple(
        row if name is None else (*row[:place], name, *row[place + 1 :])
        for row, name in ((row, names.get(row[place])) for row in frame.rows)  # type: ignore[arg-type]
    )
    return replace(frame, rows=rows)


def split_ending(title: str) -> tuple[str, str]:
    """Returns a title without its last part, and that part; '' for a title of one part."""
    *_, last = (None, *SEPARATOR.finditer(title))
    name, ending = (title[: last.start()].rstrip(), title[last.end() :].strip()) if last else (title, "")
    return (name, ending) if name and 0 < len(ending) <= MAX_ENDING_CHARS else (title, "")


def remove_tails(titles: Iterable[str], tails: Iterable[str]) -> dict[str, str]:
    """Returns each title without the one of `tails` at its end, a separator and an ending; never ''."""
    short = {title: title for title in titles}
    for tail in tails:
        size = len(tail)
        short |= {title: title[:-size].rstrip() or title for title in short if title.endswith(tail)}
    return short


def shared_ending(titles: Sequence[str]) -> str:
    """Returns the ending that most titles with an ending share, '' where too few do."""
    distinct = set(filter(None, titles))
    endings = Counter(ending for title in distinct if (ending := split_ending(title)[1]))
    ending, count = next(iter(endings.most_common(1)), ("", 0))
    is_common = count >= MIN_TITLES and 2 * count > endings.total()
    is_only = count >= MIN_TITLES - 1 and count == endings.total()
    return ending if (is_common or is_only) and count >= MIN_SHARE * len(distinct) else ""


def ending_of_home(frame: Frame, place: int, titles: Sequence[str]) -> str:
    """Returns the ending of other pages that is a part of the home page's title, which names the site; '' for none."""
    if frame.columns[0].key not in PAGE_COLUMNS:
        return ""
    home = next((str(row[place] or "") for row in frame.rows if row[0] == "/"), "")
    parts = set(filter(None, SEGMENT_SEPARATOR.split(home)))
    return next((ending for title in titles if (ending := split_ending(title)[1]) in parts and title != home), "")
