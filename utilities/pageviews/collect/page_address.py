"""The address of a page as a beacon sends it: cut where it is too long, mapped back where a mirror shows the page."""

import re
from urllib.parse import parse_qsl, urlsplit

from utilities.model.errors import BadHit
from utilities.pageviews.host_names import to_ascii_host
from utilities.pageviews.url_paths import replace_backslashes

MAX_PAGE_URL_CHARS = 4 * 1024
MAX_LONG_PATH_CHARS = 2048  # of an address that is too long
MAX_LONG_FIELD_CHARS = 300
CUT_ESCAPE = re.compile(r"(?:%[C-Fc-f][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f])*)?(?:%[0-9A-Fa-f]?)?$")
"""The end of a path that was cut: a last character of several escapes, which may be a part of one."""
CAMPAIGN_FIELD = re.compile(
    r"utm_\w+=|[a-z_]*clid=|gad_source=|[gw]braid=|igshid?=|epik=|rdt_cid=|mc_eid=", re.IGNORECASE
)
"""How the fields of a query begin that say where a visit comes from; a long address keeps these first."""

ARCHIVED_PATH = re.compile(r"/web/\d{1,14}[a-z_]*/(https?):/{1,2}(.+)", re.IGNORECASE)
AMP_PATH = re.compile(r"/[a-z]/(?:(s)/)?([^/]+.*)")
TRANSLATE_SUFFIX, AMP_SUFFIX, ARCHIVE_HOST = ".translate.goog", ".cdn.ampproject.org", "web.archive.org"


def cut_page_url(url: str) -> str:
    """Returns the address, at most MAX_PAGE_URL_CHARS long: a long path is cut, and long parameters are left out.

    Campaign tags stay, wherever they are.
    """
    if len(url) <= MAX_PAGE_URL_CHARS:
        return url
    page, _, query = url.partition("#")[0].partition("?")
    page = CUT_ESCAPE.sub("", page[:MAX_LONG_PATH_CHARS])
    fields = [field for field in query.split("&") if 0 < len(field) <= MAX_LONG_FIELD_CHARS]
    room, stay = MAX_PAGE_URL_CHARS - len(page), []
    for field in sorted(fields, key=lambda field: not CAMPAIGN_FIELD.match(field)):
        room -= len(field) + 1
        if room >= 0:
            stay.append(field)
    return f"{page}?{'&'.join(stay)}" if stay else page


def map_mirror_url(url: str) -> str:
    """Returns the address of the original page when Google Translate, the Internet Archive or an AMP cache shows it."""
    if TRANSLATE_SUFFIX not in url and AMP_SUFFIX not in url and ARCHIVE_HOST not in url:
        return url
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removesuffix(".")
    except ValueError:
        return url
    rest = (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
    if host.endswith(TRANSLATE_SUFFIX):
        name = decode_mirror_label(host.removesuffix(TRANSLATE_SUFFIX), parts.query)
        return f"{parts.scheme}://{name}{parts.path}{rest}"
    if host == ARCHIVE_HOST and (archived := ARCHIVED_PATH.fullmatch(parts.path)):
        return f"{archived[1].lower()}://{archived[2]}{rest}"
    if host.endswith(AMP_SUFFIX) and (amp := AMP_PATH.fullmatch(parts.path)):
        return f"{'https' if amp[1] else 'http'}://{amp[2]}{rest}"
    return url


def decode_mirror_label(label: str, query: str) -> str:
    """Returns the host that Google Translate has made one label of: `.` is `-` there, and `-` is `--`."""
    encodings = dict(parse_qsl(query)).get("_x_tr_enc", "").split(",")
    if "0" in encodings:
        label = label.removeprefix("0-")
    if "1" in encodings:
        label = label.removesuffix("-1")
    return label.replace("--", "\0").replace("-", ".").replace("\0", "-")


def page_host(url: str) -> str:
    """Returns the host of a page's URL in ASCII; raises BadHit for every URL that is not http or https."""
    try:
        parts = urlsplit(replace_backslashes(url))
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https"):
        raise BadHit("the page's address does not begin with http:// or https://")
    try:
        return host if ":" in host else to_ascii_host(host)
    except ValueError:
        raise BadHit("the page's host is not valid") from None
