"""Countries by name, from the table that comes with the time zones (ISO 3166-1, public domain)."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def names() -> Mapping[str, str]:
    """English names by two-letter code."""
    lines = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t", 1) for line in lines if line and not line.startswith("#"))
    return {code: name for code, name in pairs}  # noqa: C416 (`dict` of lists is no mapping of texts to mypy)


def country(code: str) -> str:
    """`Germany` for `DE`; the code itself when it is nobody's, '' for none."""
    return names().get(code, code)
