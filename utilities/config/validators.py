"""Checks of URLs, domains and networks; each returns the normalized value or raises ValueError."""

import ipaddress
import re
from collections.abc import Callable
from urllib.parse import urlsplit

DOMAIN_PATTERN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?")


def check_url(value: str) -> str:
    """Returns an http or https address unchanged; '' stays ''."""
    try:
        parts = urlsplit(value)
        plain = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and not parts.username
    except ValueError:  # its own text would repeat the value, which may hold a password
        plain = False
    if value and (not plain or re.search(r"\s", value)):
        raise ValueError("not an address that begins with http:// or https://") from None
    return value


def check_base_url(value: str) -> str:
    """Returns an address without slashes at the end, so that paths can follow."""
    return check_url(value).rstrip("/")


def check_origin(value: str) -> str:
    """Returns an address with nothing after the host; https, or http on this machine."""
    parts = urlsplit(check_base_url(value))
    if parts.path or parts.query or parts.fragment:
        raise ValueError("there must be nothing after the host")
    if parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
        raise ValueError("it must be https, because sign-in is never sent in the clear")
    return check_base_url(value)


def check_website(value: str) -> str:
    return check_base_url(value if "://" in value or not value else f"https://{value}")


def check_property_number(value: str) -> str:
    number = value.removeprefix("properties/")
    if number and not (number.isascii() and number.isdigit()):
        raise ValueError("not a property's number; `G-…` and `UA-…` are other things: Admin → Property details has it")
    return number


def check_search_console_site(value: str) -> str:
    if value and not re.match(r"sc-domain:[\w.-]+$|https?://\S+/$", value):
        raise ValueError("neither `sc-domain:example.com` nor a prefix, `https://example.com/` with its last slash")
    return value


def check_domains(value: tuple[str, ...]) -> tuple[str, ...]:
    lowered = tuple(domain.lower() for domain in value)
    for domain in lowered:
        if not DOMAIN_PATTERN.fullmatch(domain):
            raise ValueError(f"`{domain}` is not a domain; write `example.com`, without @, * or http://")
    return lowered


def check_networks(value: tuple[str, ...]) -> tuple[str, ...]:
    for part in value:
        try:
            network = ipaddress.ip_network(part, strict=False)
        except ValueError as error:
            raise ValueError(f"`{part}` is neither an address nor a network like 10.0.0.0/8") from error
        if network.prefixlen == 0:
            raise ValueError(f"`{part}` would let every client choose its own address")
    return value


def check_database_url(value: str) -> str:
    """Returns an address for SQLAlchemy; Heroku still uses `postgres://`, which SQLAlchemy does not accept."""
    renamed = re.sub(r"^postgres://", "postgresql://", value)
    if value and not re.match(r"(postgresql|sqlite)(\+\w+)?://", renamed):
        raise ValueError("it must begin with postgresql:// or sqlite://")
    return renamed


def make_scheme_check(*allowed: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value and not value.startswith(tuple(f"{each}://" for each in allowed)):
            raise ValueError("it must begin with " + " or ".join(f"{each}://" for each in allowed))
        return value

    return check


def is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
