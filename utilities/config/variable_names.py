"""Which names of variables are Foyer's, and what somebody probably meant by another name."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from utilities.config.settings import SECRETS, VARIABLES
from utilities.model.near_names import find_near_name

ENV_FILE_VARIABLE = "ENV_FILE"
PROVIDERS = tuple(
    path.stem.upper() for path in Path(__file__).parents[1].joinpath("shares", "providers").glob("[!_]*.py")
)
UNSUPPORTED_FILE_VARIABLES = {f"{name}_FILE" for name in VARIABLES if name not in SECRETS}
KNOWN_NAMES = (*VARIABLES, *(f"{name}_FILE" for name in SECRETS), ENV_FILE_VARIABLE)
OTHER_PROGRAMS_NAMES = frozenset({"ALL_PROXY", "FTP_PROXY", "NO_PROXY", "HTTP_PROXY", "HTTPS_PROXY"})
SIMILARITY = 0.85  # in the environment, which is full of other programs' variables
SIMILARITY_IN_ENV_FILE = 0.7  # in Foyer's own file


def is_provider_variable(name: str) -> bool:
    """Whether a variable belongs to a share provider, like FACEBOOK_APP_TOKEN."""
    return name.startswith(tuple(f"{stem}_" for each in PROVIDERS for stem in (each, each.replace("_", ""))))


def is_setting(name: str) -> bool:
    """Whether Foyer reads a variable with this name."""
    return name in KNOWN_NAMES or is_provider_variable(name)


def misspelt_name_warnings(values: Mapping[str, str], in_env_file: Collection[str]) -> Iterator[str]:
    """Yields a sentence for each name that Foyer does not read, but that was probably meant for it."""
    for name in values:
        if name in UNSUPPORTED_FILE_VARIABLES:
            yield f"{name} is set, but only secrets may stand in a file: set {name.removesuffix('_FILE')} itself."
        elif not is_setting(name):
            meant = similar_setting(name, SIMILARITY_IN_ENV_FILE if name in in_env_file else SIMILARITY)
            if meant:
                yield f"{name} is set, but Foyer has no such variable: did you mean {meant}?"


def similar_setting(name: str, similarity: float) -> str:
    """Returns the setting that a name probably means, written in small letters, with FOYER_ before it or misspelt."""
    plain = name.upper().replace("-", "_").removeprefix("FOYER_")
    if plain in OTHER_PROGRAMS_NAMES:
        return ""
    if plain in KNOWN_NAMES:
        return plain
    return find_near_name(plain, KNOWN_NAMES, similarity)
