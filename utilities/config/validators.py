"""Checks of URLs, domains, networks and paths; each returns the normalized value or raises ValueError.

No text of an error repeats the value: a secret may have been pasted into the wrong variable.
"""

import ipaddress
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from publicsuffixlist import PublicSuffixList

from utilities.config.public_mail import is_public_mail
from utilities.config.secret_checks import is_key_material, looks_like_secret

DOMAIN_PATTERN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?")
HOST_PATTERN = re.compile(r"[a-z0-9]([a-z0-9.:_-]*[a-z0-9])?", re.IGNORECASE)
ZONE_ABBREVIATION, ZONE_OFFSET = r"([A-Za-z]{3,6}|<[\w+-]{3,10}>)", r"[+-]?\d[\d:]{0,7}"
POSIX_ZONE = re.compile(
    rf"{ZONE_ABBREVIATION}{ZONE_OFFSET}({ZONE_ABBREVIATION}({ZONE_OFFSET})?(,[MJ\d./:+-]{{1,25}}){{0,2}})?", re.ASCII
)  # an abbreviation alone, such as CEST, would be UTC with another name
PROXY_EXCEPTION = re.compile(r"(\*|(\*?\.)?[A-Za-z0-9_-][\w.-]{0,252}|\[?[0-9A-Fa-f:.]+\]?(/\d{1,3})?)(:\d{1,5})?")
WRONG_PLACE = "this looks like a key or a password, which does not belong here"
DEFAULT_PORTS = {"http": 80, "https": 443}


def check_url(value: str) -> str:
    """Returns an http or https address unchanged; '' stays ''."""
    try:
        parts = urlsplit(value)
        plain = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and "@" not in parts.netloc
    except ValueError:  # its own text would repeat the value, which may hold a password
        plain = False
    if value and (not plain or re.search(r"[\s@\x00-\x1f]", value)):
        raise ValueError("not an address that begins with http:// or https://") from None
    return value


def check_base_url(value: str) -> str:
    """Returns an address without slashes at the end, so that paths can follow."""
    parts = urlsplit(check_url(value))
    if parts.query or parts.fragment or value.endswith(("?", "#")):
        raise ValueError("there must be no ? and no # in it, because paths are added at its end")
    return value.rstrip("/")


def check_origin(value: str) -> str:
    """Returns an address with nothing after the host; https, or http on this machine."""
    parts = urlsplit(check_base_url(value))
    if parts.path:
        raise ValueError("there must be nothing after the host")
    if parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
        raise ValueError("it must be https, because sign-in is never sent in the clear")
    return check_base_url(value)


def check_website(value: str) -> str:
    """Returns the site's address, `https://` added where there is no scheme, without a path that Google's paths have.

    Raises ValueError for anything whose pages the networks cannot know.
    """
    if not value:
        return value
    address = check_base_url(value if "://" in value else f"https://{value}").rstrip("/")
    parts = urlsplit(address)
    host = parts.hostname or ""
    if is_random_host(host) or is_key_material(value):
        raise ValueError("its host must be a domain, like www.example.com")
    if parts.path:
        raise ValueError("there must be nothing after the host: the paths of the pages are added there")
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def is_random_host(host: str) -> bool:
    """Whether a host is neither a domain, an address nor this machine."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        try:
            return host != "localhost" and not DOMAIN_PATTERN.fullmatch(host.encode("idna").decode("ascii"))
        except UnicodeError:
            return True
    return False


def check_property_number(value: str) -> str:
    number = value.removeprefix("properties/")
    if number and not (number.isascii() and number.isdigit() and len(number) <= 15):
        raise ValueError("not a property's number; `G-…` and `UA-…` are other things: Admin → Property details has it")
    return number


def check_search_console_site(value: str) -> str:
    if value and not re.match(r"sc-domain:[a-z0-9.-]+\.[a-z0-9-]+$|https?://[^\s@?#]+/$", value, re.IGNORECASE):
        raise ValueError("neither `sc-domain:example.com` nor a prefix, `https://example.com/` with its last slash")
    return value


def check_domains(value: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the domains in lower case; raises ValueError for one that is not a company's own."""
    lowered = tuple(domain.lower() for domain in value)
    for place, domain in enumerate(lowered, 1):
        if is_key_material(value[place - 1]) or not DOMAIN_PATTERN.fullmatch(domain):
            raise ValueError(f"entry {place} is not a domain; write `example.com`, without @, * or http://")
        if is_public_mail(domain):
            raise ValueError(f"entry {place} is a public mail service, so everybody could sign in: use your own domain")
        if is_public_suffix(domain):
            raise ValueError(f"entry {place} is an ending under which anybody can have a domain: use your own domain")
    return lowered


def is_public_suffix(domain: str) -> bool:
    """Whether a domain is an ending of other people's domains, like co.uk."""
    return public_suffixes().is_public(domain)


@cache
def public_suffixes() -> PublicSuffixList:
    """Returns the list of the endings under which people can have a domain; it takes a moment to read."""
    return PublicSuffixList()


def check_networks(value: tuple[str, ...]) -> tuple[str, ...]:
    for place, part in enumerate(value, 1):
        try:
            network = ipaddress.ip_network(part, strict=False)
        except ValueError:
            raise ValueError(f"entry {place} is neither an address nor a network like 10.0.0.0/8") from None
        if network.prefixlen == 0:
            raise ValueError(f"entry {place} would let every client choose its own address")
    return value


def check_proxy_exceptions(value: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the entries of NO_PROXY; raises ValueError for one that can match nothing."""
    for place, part in enumerate(value, 1):
        if not PROXY_EXCEPTION.fullmatch(part) or looks_like_secret(part):
            raise ValueError(
                f"entry {place} is neither a host, a domain nor a network, like .example.com or 10.0.0.0/8"
            )
    return value


def check_one_word(value: str) -> str:
    """Returns a secret that a request can carry: one word, and not a whole key file."""
    if re.search(r"[\s\x00-\x1f\x7f]", value) or value.startswith("{"):
        raise ValueError("there is a space or a line break in it, or it is a key file: copy only the secret")
    return value


def check_bind(value: str) -> str:
    """Returns an address or a host name to listen on."""
    if (value and (not HOST_PATTERN.fullmatch(value.strip("[]")) and value != "::")) or looks_like_secret(value):
        raise ValueError("it must be an address of this machine, like 127.0.0.1 or 0.0.0.0")
    return value


def check_client_id(value: str) -> str:
    """Returns the id of an OAuth client; it is sent to browsers, so that a secret here would be published."""
    if value and (is_key_material(value) or not re.fullmatch(r"[\w.-]{1,200}", value, re.ASCII)):
        raise ValueError("it must be the id of an OAuth client, like 1234-abc.apps.googleusercontent.com; no secret")
    return value


def check_path(value: object) -> object:
    """Returns a path unchanged; raises ValueError for what looks like the content of the file."""
    if isinstance(value, str) and ("://" in value or looks_like_secret(value)):
        raise ValueError(f"it must be a path; {WRONG_PLACE}")
    return value


def check_key_path(value: object) -> object:
    """As `check_path`, and says where the key itself belongs."""
    if isinstance(value, str) and ("://" in value or looks_like_secret(value)):
        raise ValueError(
            "it must be the path of a key file, and this looks like the key itself: "
            "set GOOGLE_APPLICATION_CREDENTIALS_JSON to the key instead"
        )
    return value


def check_names(value: tuple[str, ...]) -> tuple[str, ...]:
    """Returns names of share networks; which there are is checked where they are opened."""
    for place, name in enumerate(value, 1):
        if not re.fullmatch(r"[A-Za-z_-]{1,30}", name):
            raise ValueError(f"entry {place} is not the name of a network, like hacker-news")
    return value


def resolve_path(home: Path, value: str) -> Path:
    """Returns the path; one that is relative begins in `home`, whatever the current folder is."""
    try:
        return home / Path(value).expanduser()
    except RuntimeError:  # the user has no home folder
        return home / value


def is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_zone(value: str) -> str:
    """Returns the name of a time zone; '' for the other forms of TZ (a path, `CET-1CEST`), which the system reads."""
    name = value.removeprefix(":")
    if name.startswith("/"):
        return ""
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, LookupError):
        if POSIX_ZONE.fullmatch(name):
            return ""
        raise ValueError("it is no time zone; write one like Europe/Berlin") from None
