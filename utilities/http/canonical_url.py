"""Canonical URLs: one spelling for each page."""

import re

from yarl import URL

# yarl removes these silently, and the rest would be the address of another page.
FORBIDDEN_IN_URLS = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
TRACKING_PARAMS = frozenset(
    {"fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "mc_cid", "mc_eid"}
    | {"igshid", "twclid", "li_fat_id", "ttclid", "yclid", "_ga", "_gl", "ref_src"}
)


def canonical_url(address: str) -> str:
    """Returns the URL to query a share network with; raises ValueError when it is not a web address.

    Scheme and host are in lower case; default port, fragment, user name, password and tracking parameters are removed;
    percent-encoding is uniform. The order of parameters and a trailing slash stay, because they may mean another page.
    """
    address = address.strip()
    if FORBIDDEN_IN_URLS.search(address):
        raise ValueError("not a web address")
    url = URL(address)
    if url.scheme not in ("http", "https") or not url.host or re.search(r"[\s<>\"]", url.host):
        raise ValueError("not a web address")
    url = url.with_user(None).with_fragment(None)
    params = [(name, value) for name, value in url.query.items() if not is_tracking_param(name)]
    if len(params) < len(url.query):
        url = url.with_query(params)
    return str(url.with_path("/", keep_query=True) if url.raw_path in ("", "/") else url)


def is_tracking_param(name: str) -> bool:
    """Whether a query parameter only tells where a visitor came from."""
    return name.lower().startswith("utm_") or name.lower() in TRACKING_PARAMS


def is_same_page(one: str, other: str) -> bool:
    """Whether two URLs are the same page for a reader: http or https, with or without www. and a trailing slash."""
    try:
        return page_identity(one) == page_identity(other)
    except ValueError:
        return False


def page_identity(address: str) -> tuple[str, str, str]:
    """Returns host, path and sorted query, equal for all spellings of a page; raises ValueError."""
    url = URL(canonical_url(address))
    return (
        (url.host or "").removeprefix("www."),
        url.raw_path.rstrip("/"),
        "&".join(sorted(url.raw_query_string.split("&"))),
    )
