"""English country names, from the table in the tzdata package (ISO 3166-1, public domain)."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def country_names() -> Mapping[str, str]:
    """Returns the English names by two-letter code."""
    lines = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t", 1) for line in lines if line and not line.startswith("#"))
    return {code: name for code, name in pairs}  # noqa: C416 (`dict` of lists is no mapping of texts to mypy)


def country_name(code: str) -> str:
    """Returns `Germany` for `DE`; an unknown code unchanged, '' for ''."""
    return country_names().get(code, code)
