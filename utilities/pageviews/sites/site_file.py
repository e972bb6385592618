"""Reads and validates `boards/sites.yaml`; every fault has its line number."""

import fnmatch
import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails

from utilities.config import validators as addresses
from utilities.config.boards.model import BOARD_NAME_PATTERN, Strict, nearest_line
from utilities.config.boards.reader import combine_errors, describe_error, file_error
from utilities.config.validators import public_suffixes
from utilities.config.yaml_file import KeyPath, YamlLimits, read_yaml
from utilities.model.errors import BoardError
from utilities.model.time_ranges import parse_zone_name
from utilities.pageviews.host_names import to_ascii_host
from utilities.pageviews.url_paths import normalize_path

SITES_LIMITS = YamlLimits(max_bytes=1024 * 1024, max_nodes=50_000)


def registrable_domain(host: str) -> str:
    """Returns the registrable domain: `example.co.uk` of `www.example.co.uk`; or the host itself."""
    if host.rpartition(".")[2].isdigit() or ":" in host:  # an address
        return host
    return public_suffixes().privatesuffix(host) or host


def parse_domain(value: str) -> str:
    """Returns the domain in lower case and punycode, as browsers send it; raises ValueError."""
    try:
        plain = to_ascii_host(value.strip())
    except ValueError:
        raise ValueError(f"{value!r} is not a domain") from None
    if "/" in plain or ":" in plain or not plain:
        raise ValueError(f"{value!r} is not a domain; write `example.com`, without http:// and port")
    if "." in plain and not plain.rpartition(".")[2].isdigit() and public_suffixes().privatesuffix(plain) is None:
        raise ValueError(f"{value!r} is a public suffix; write your own domain below it")
    return plain


def parse_path_pattern(value: str) -> str:
    if not value.startswith(("/", "*")):
        raise ValueError(f"{value!r} does not begin with a slash; write one like /admin/*")
    return normalize_path(value)


class Site(Strict):
    """One site whose page views are counted."""

    name: str = Field(pattern=BOARD_NAME_PATTERN)
    domains: tuple[Annotated[str, AfterValidator(parse_domain)], ...] = Field(min_length=1, max_length=100)
    zone: Annotated[str, AfterValidator(parse_zone_name)] = Field(
        "", description="like Europe/Berlin; the server's when left out"
    )
    excluded_paths: tuple[Annotated[str, AfterValidator(parse_path_pattern)], ...] = Field(
        (), description="like /admin/*"
    )
    excluded_addresses: Annotated[tuple[str, ...], AfterValidator(addresses.check_networks)] = ()
    kept_parameters: tuple[str, ...] = Field((), description="query parameters that make another page")
    retention_months: int = Field(25, ge=1, le=1200)
    honour_privacy_signals: bool = Field(True, description="do not count browsers that send Sec-GPC or DNT")
    distinct_paths: int = Field(20_000, ge=1, le=1_000_000, description="a day; those beyond are (other)")

    @cached_property
    def _paths(self) -> re.Pattern[str] | None:
        return re.compile("|".join(map(fnmatch.translate, self.excluded_paths))) if self.excluded_paths else None

    @cached_property
    def _networks(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        return tuple(ipaddress.ip_network(each, strict=False) for each in self.excluded_addresses)

    def is_excluded(self, path: str, address: str) -> bool:
        """Whether the site excludes hits on this path (`*` matches any text) or from this address."""
        if self._paths is not None and self._paths.match(path):
            return True
        if not self._networks:
            return False
        try:
            client = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(client in network for network in self._networks)


class RateLimits(Strict):
    """How many hits are accepted; the server answers 429 to more."""

    address: int = Field(300, ge=1, description="a minute from one client")
    site: int = Field(720_000, ge=1, description="an hour for one site")
    all: int = Field(1_800_000, ge=1, description="an hour in all")


class SiteFile(Strict):
    """The contents of `sites.yaml`."""

    sites: tuple[Site, ...] = Field((), max_length=1000)
    limits: RateLimits = RateLimits()


SITE_FILE_MODELS: Mapping[str, type[BaseModel]] = {"sites": Site, "limits": RateLimits}


def read_site_file(path: Path) -> SiteFile:
    """Reads the sites file, empty when there is none; raises BoardError with every fault and its line."""
    if not path.exists() and not path.is_symlink():
        return SiteFile()
    _, data, lines = read_yaml(path, SITES_LIMITS)
    try:
        file = SiteFile.model_validate({} if data is None else data)
    except ValidationError as error:
        raise file_error(error, path, lines, fault_sentence) from error
    faults = [
        BoardError(what, file=str(path), line=nearest_line(lines, loc)) for what, loc in find_duplicates(file.sites)
    ]
    if faults:
        raise combine_errors(faults)
    return file


def fault_sentence(error: ErrorDetails) -> str:
    return describe_error(error, allowed_keys) if error["loc"] else "must say `sites:`, with a list of sites under it"


def find_duplicates(sites: Sequence[Site]) -> Iterator[tuple[str, KeyPath]]:
    """Yields a message and a location for each name and domain that two sites have in common."""
    names: set[str] = set()
    domains: dict[str, str] = {}
    for at, site in enumerate(sites):
        if site.name in names:
            yield f"two sites are named {site.name}", ("sites", at, "name")
        names.add(site.name)
        for place, each in enumerate(site.domains):
            if each in domains:
                yield f"{each} belongs to {domains[each]} already", ("sites", at, "domains", place)
            domains.setdefault(each, site.name)


def allowed_keys(loc: KeyPath) -> Iterator[str]:
    """Yields the keys that are allowed at `loc`."""
    yield from (SITE_FILE_MODELS[str(loc[0])] if loc else SiteFile).model_fields
