"""What `boards/sites.yaml` says, checked, with every fault on its line."""

import fnmatch
import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated

from publicsuffixlist import PublicSuffixList
from pydantic import AfterValidator, BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails

from utilities.config import validators as addresses
from utilities.config.boards.model import NAME, Loc, Strict, nearest
from utilities.config.boards.reader import line, parse, several, told
from utilities.model.errors import BoardError
from utilities.model.time_ranges import parse_zone_name


@cache
def suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def registrable(host: str) -> str:
    """What somebody can register: `example.co.uk` of `www.example.co.uk`; or the host itself."""
    if host.rpartition(".")[2].isdigit() or ":" in host:  # an address
        return host
    return suffixes().privatesuffix(host) or host


def domain(value: str) -> str:
    """A domain as browsers write it: lower case, punycode."""
    try:
        plain = value.strip().lower().removesuffix(".").encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError(f"{value!r} is not a domain") from None
    if "/" in plain or ":" in plain or not plain:
        raise ValueError(f"{value!r} is not a domain; write `example.com`, without http:// and port")
    if "." in plain and not plain.rpartition(".")[2].isdigit() and suffixes().privatesuffix(plain) is None:
        raise ValueError(f"{value!r} belongs to everybody; write the domain that is yours under it")
    return plain


def pattern(value: str) -> str:
    if not value.startswith(("/", "*")):
        raise ValueError(f"{value!r} does not begin with a slash; write one like /admin/*")
    return value


class Site(Strict):
    """One site whose page views are counted."""

    name: str = Field(pattern=NAME)
    domains: tuple[Annotated[str, AfterValidator(domain)], ...] = Field(min_length=1, max_length=100)
    zone: Annotated[str, AfterValidator(parse_zone_name)] = Field(
        "", description="like Europe/Berlin; the server's when left out"
    )
    excluded_paths: tuple[Annotated[str, AfterValidator(pattern)], ...] = Field((), description="like /admin/*")
    excluded_addresses: Annotated[tuple[str, ...], AfterValidator(addresses.networks)] = ()
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

    def excludes(self, path: str, address: str) -> bool:
        """Whether the site does not want hits on this path (`*` stands for anything) or from this address counted."""
        if self._paths is not None and self._paths.match(path):
            return True
        if not self._networks:
            return False
        try:
            client = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(client in network for network in self._networks)


class Limits(Strict):
    """How many hits are taken in; what goes beyond is answered 429."""

    address: int = Field(300, ge=1, description="a minute from one client")
    site: int = Field(720_000, ge=1, description="an hour for one site")
    all: int = Field(1_800_000, ge=1, description="an hour in all")


class SiteFile(Strict):
    """The file, whole."""

    sites: tuple[Site, ...] = Field((), max_length=1000)
    limits: Limits = Limits()


MODELS: Mapping[str, type[BaseModel]] = {"sites": Site, "limits": Limits}


def read(path: Path) -> SiteFile:
    """The sites of `path`, none when there is no such file; raises BoardError with every fault, each with its line."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return SiteFile()
    except OSError as error:
        raise BoardError(f"cannot be read: {error.strerror}", file=str(path)) from error
    data, lines = parse(raw, str(path))
    try:
        file = SiteFile.model_validate({} if data is None else data)
    except ValidationError as error:
        faults = [BoardError(sentence(e), file=str(path), line=line(e, lines)) for e in error.errors()]
        raise several(faults) from error
    faults = [BoardError(what, file=str(path), line=nearest(lines, loc)) for what, loc in shared(file.sites)]
    if faults:
        raise several(faults)
    return file


def sentence(error: ErrorDetails) -> str:
    return told(error, known) if error["loc"] else "must say `sites:`, with a list of sites under it"


def shared(sites: Sequence[Site]) -> Iterator[tuple[str, Loc]]:
    """Names and domains that two sites have in common, and where."""
    names: set[str] = set()
    domains: dict[str, str] = {}
    for at, site in enumerate(sites):
        if site.name in names:
            yield f"two sites are named {site.name}", ("sites", at, "name")
        names.add(site.name)
        for place, each in enumerate(site.domains):
            if each in domains:
                yield f"{each} is {domains[each]}'s already", ("sites", at, "domains", place)
            domains.setdefault(each, site.name)


def known(loc: Loc) -> Iterator[str]:
    """The keys that may stand at `loc`."""
    yield from (MODELS[str(loc[0])] if loc else SiteFile).model_fields
