"""Replaces codes such as `/`, `google organic` and `(direct)` by names that a visitor in the hall understands."""

from collections.abc import Callable
from dataclasses import replace

from utilities.model.frames import Frame, Value
from utilities.model.page_titles import PAGE_COLUMNS, TITLE_COLUMNS

SOURCE_COLUMNS = {"sessionSource": "sessionMedium", "source": "medium"}
"""The column of the source of visits, and that of their medium."""

CHANNEL_COLUMNS = ("sessionDefaultChannelGroup", "channel")
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

WEBSITE_NAMES = {
    "bsky.app": "Bluesky",
    "chatgpt.com": "ChatGPT",
    "dev.to": "DEV",
    "facebook.com": "Facebook",
    "facebook": "Facebook",
    "github.com": "GitHub",
    "gitlab.com": "GitLab",
    "hackernews": "Hacker News",
    "instagram.com": "Instagram",
    "linkedin.com": "LinkedIn",
    "linkedin": "LinkedIn",
    "lnkd.in": "LinkedIn",
    "lobste.rs": "Lobsters",
    "mastodon.social": "Mastodon",
    "medium.com": "Medium",
    "news.ycombinator.com": "Hacker News",
    "newsletter": "Newsletter",
    "pinterest.com": "Pinterest",
    "reddit.com": "Reddit",
    "stackoverflow.com": "Stack Overflow",
    "t.co": "X",
    "tiktok.com": "TikTok",
    "twitter.com": "X",
    "x.com": "X",
    "xing.com": "XING",
    "youtube.com": "YouTube",
}
"""Websites that a visitor in the hall knows by another name than their address."""

WEBSITE_PREFIXES = ("www.", "m.", "l.", "lm.", "old.", "out.")
EXPECTED_MEDIA = (None, "", "(none)", "referral", "social", "email")
"""Media that a website's name does not need; `cpc`, for example, stays."""

CHANNEL_NAMES = {
    "Direct": DIRECTLY,
    "Organic Search": "Search",
    "Organic Social": "Social media",
    "Organic Video": "Videos",
    "Paid Search": "Paid search",
    "Paid Social": "Paid social media",
    "Referral": "Other websites",
    "Unassigned": "Other ways",
}


def with_plain_names(frame: Frame) -> Frame:
    """Returns the frame with plain names; a name that another row has already is not used twice.

    A text that the name replaces, such as the medium or the title, becomes ''.
    """
    if not frame.columns:
        return frame
    label = frame.columns[0].key
    rename: Callable[[Value, Value], str | None]
    others: tuple[str, ...] = ()
    if label in PAGE_COLUMNS:
        rename, others = plain_page_name, TITLE_COLUMNS
    elif label in SOURCE_COLUMNS:
        rename, others = plain_source_name, (SOURCE_COLUMNS[label],)
    elif label in CHANNEL_COLUMNS:
        rename = plain_channel_name
    else:
        return frame
    place = next((frame.column_index(key) for key in others if frame.has_column(key)), None)
    used = {row[0] for row in frame.rows}
    rows = []
    for row in frame.rows:
        name = rename(row[0], None if place is None else row[place])
        if name is None or (name in used and name != row[0]):
            rows.append(row)
            continue
        used.add(name)
        rows.append((name, *("" if at == place else value for at, value in enumerate(row) if at)))
    return replace(frame, rows=tuple(rows))


def plain_page_name(path: Value, title: Value) -> str | None:
    """Returns the plain name of a page, or None."""
    return HOME_PAGE if path == "/" else str(title) if title else None


def plain_source_name(source: Value, medium: Value) -> str | None:
    """Returns the plain name of a source of visits, or None."""
    if source == "(direct)" and medium in (None, "", "(none)"):
        return DIRECTLY
    text = str(source)
    if text in SEARCH_ENGINES and medium == "organic":
        return f"{SEARCH_ENGINES[text]} search"
    if medium not in EXPECTED_MEDIA:
        return None
    bare = next((text.removeprefix(prefix) for prefix in WEBSITE_PREFIXES if text.startswith(prefix)), text)
    return WEBSITE_NAMES.get(bare) or (text if medium == "referral" else None)


def plain_channel_name(channel: Value, _: Value) -> str | None:
    """Returns the plain name of a channel, or None."""
    return CHANNEL_NAMES.get(str(channel))
