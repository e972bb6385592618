"""One address for one page, however it was written."""

import re

from yarl import URL

# yarl leaves these out without a word, and what is left would be the address of another page.
NOT_IN_ADDRESSES = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
TRACKING = frozenset(
    {"fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "mc_cid", "mc_eid"}
    | {"igshid", "twclid", "li_fat_id", "ttclid", "yclid", "_ga", "_gl", "ref_src"}
)


def canonical(address: str) -> str:
    """The address as a network should be asked about it; raises ValueError when it is not a web address.

    Scheme and host in lower case, no default port, no fragment, no name and password, no parameter that only tells
    where a reader came from; percent-encoded the same way throughout. The order of parameters and a slash at the end
    stay, for they may be another page.
    """
    address = address.strip()
    if NOT_IN_ADDRESSES.search(address):
        raise ValueError("not a web address")
    url = URL(address)
    if url.scheme not in ("http", "https") or not url.host or re.search(r"[\s<>\"]", url.host):
        raise ValueError("not a web address")
    url = url.with_user(None).with_fragment(None)
    kept = [(name, value) for name, value in url.query.items() if not is_tracking(name)]
    if len(kept) < len(url.query):
        url = url.with_query(kept)
    return str(url.with_path("/", keep_query=True) if url.raw_path in ("", "/") else url)


def is_tracking(name: str) -> bool:
    return name.lower().startswith("utm_") or name.lower() in TRACKING


def same_page(one: str, other: str) -> bool:
    """Whether two addresses name one page to a reader: http or https, with www. or without, a last slash or none."""
    try:
        return bare(one) == bare(other)
    except ValueError:
        return False


def bare(address: str) -> tuple[str, str, str]:
    url = URL(canonical(address))
    return (
        (url.host or "").removeprefix("www."),
        url.raw_path.rstrip("/"),
        "&".join(sorted(url.raw_query_string.split("&"))),
    )
