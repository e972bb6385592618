"""Reads the settings from the environment and from `.env`, once; all faults are reported together."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dotenv.parser import parse_stream
from pydantic import SecretStr, ValidationError

from utilities.config import validators
from utilities.config.conflicts import find_conflicts
from utilities.config.settings import PATH_FIELDS, SECRETS, VARIABLES, Settings
from utilities.config.variable_names import (
    ENV_FILE_VARIABLE,
    is_provider_variable,
    is_setting,
    misspelt_name_warnings,
)
from utilities.model.errors import SettingsError

PROJECT_FOLDER = Path(__file__).resolve().parents[2]
"""The folder of run.py: `.env`, boards and data are found there, whatever the current folder is."""

MAX_SECRET_FILE_BYTES = 100_000
DEMO_VARIABLES = ("PORT", "BIND", "BOARDS_DIR", "TOKENS_WITHOUT_SIGN_IN", "TZ", "LOG_LEVEL", "LOG_FORMAT")
PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")  # other programs read them in small letters too
JSON_VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS_JSON"


def read_settings(
    environ: Mapping[str, str] = os.environ,
    *,
    env_file: Path | None = PROJECT_FOLDER / ".env",
    demo_env: Mapping[str, str] | None = None,
    public_demo: bool = False,
    home: Path = PROJECT_FOLDER,
) -> Settings:
    """Returns the settings from `environ`, then from `env_file`; an empty variable counts as not set.

    ENV_FILE replaces `env_file`. Relative paths begin in `home`. `demo_env` makes it a demo: its variables replace all
    but DEMO_VARIABLES, so that the demo never meets a real account or database; `public_demo` opens it to other
    machines. Raises SettingsError, one line for each fault: what is wrong, where, what to do; never a value.
    """
    env_file = env_file and _env_file_path(environ, env_file, home)
    written = read_env_file(env_file) if env_file else {}
    where = dict.fromkeys(written, "in .env") | dict.fromkeys(environ, "in the environment")
    values = {name: value.strip() for name, value in {**written, **environ}.items() if value and value.strip()}
    values |= {name: values[name.lower()] for name in PROXY_VARIABLES if name not in values and name.lower() in values}
    if demo_env is not None:
        allowed = {name: value for name, value in values.items() if name in DEMO_VARIABLES}
        values = {"DATA_DIR": str(Path(values.get("DATA_DIR", "var")) / "demo")} | allowed | dict(demo_env)
    warnings = [*_drop_comments(values), *misspelt_name_warnings(values, written.keys() - environ.keys())]
    faults = dict(_read_secret_files(values, home))
    faults |= dict(_endpoint_faults(values)) | dict(_docker_faults(values, where))
    good: dict[str, Any] = {name.lower(): values[name] for name in VARIABLES if name in values}
    good["extra"] = {name: SecretStr(value) for name, value in values.items() if is_provider_variable(name)}
    good |= {"demo": demo_env is not None, "public_demo": demo_env is not None and public_demo}
    good |= {"warnings": tuple(warnings), "env_file": env_file if written else None}
    settings, invalid = _validate(good)
    for name, what in invalid.items():
        faults.setdefault(name, f"{name} ({where.get(name, 'from a file')}): {what}.")
    faults = dict(find_conflicts(settings)) | faults
    if faults:
        raise SettingsError("\n".join(faults.values()), log_format=settings.log_format)
    paths = {
        name: validators.resolve_path(home, str(path)) for name in PATH_FIELDS if (path := getattr(settings, name))
    }
    return settings.model_copy(update=paths)


def _validate(fields: Mapping[str, Any]) -> tuple[Settings, dict[str, str]]:
    """Returns the settings without the fields that are wrong, and what is wrong with these, by variable."""
    try:
        return Settings(**fields), {}
    except ValidationError as error:
        wrong = {str(each["loc"][0]): _plain_message(each["msg"]) for each in error.errors(include_input=False)}
    good = Settings(**{name: value for name, value in fields.items() if name not in wrong})
    return good, {name.upper(): what for name, what in wrong.items()}


def _plain_message(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should", "it must").partition(", unable")[0]


def _env_file_path(environ: Mapping[str, str], env_file: Path, home: Path) -> Path:
    """Returns `env_file`, or the file that ENV_FILE names; that one must exist."""
    if not (named := environ.get(ENV_FILE_VARIABLE, "").strip()):
        return env_file
    env_file = validators.resolve_path(home, named)
    if not env_file.exists():
        raise SettingsError("ENV_FILE names a file that does not exist: correct the path, or leave ENV_FILE out.")
    return env_file


def read_env_file(env_file: Path) -> Mapping[str, str | None]:
    """Returns the variables in the file; none when there is no file."""
    title = ".env" if env_file.name == ".env" else "The file that ENV_FILE names"
    try:
        with env_file.open(encoding="utf-8-sig") as file:  # Notepad begins files with a mark
            lines = list(parse_stream(file))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingsError(f"{title} cannot be read: {why}. Repair it or remove it.") from None
    odd = [f"{title}, line {line.original.line}: write NAME=value, or # before it." for line in lines if line.error]
    if odd:
        raise SettingsError("\n".join(odd))
    return {line.key: line.value for line in lines if line.key}


def _drop_comments(values: dict[str, str]) -> Iterator[str]:
    """Removes the settings whose value is only a comment, as docker hands it on from an env file; yields warnings."""
    for name in [name for name, value in values.items() if value.startswith("#") and is_setting(name)]:
        del values[name]
        yield f"{name} holds only a comment (# …), so it counts as not set: put comments on lines of their own."


def _docker_faults(values: Mapping[str, str], where: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yields a fault for each value with a comment or quotes that a shell or `.env` removes, and docker does not."""
    for name, value in values.items():
        if where.get(name) != "in the environment" or not is_setting(name) or name == JSON_VARIABLE:
            continue
        if re.search(r"\s#", value):
            yield name, f"{name} ends with a comment (# …), which is a part of it here: put it on a line of its own."
        elif len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            yield name, f"{name} stands in quotes, which are a part of it here: write it without quotes."


def _read_secret_files(values: dict[str, str], home: Path) -> Iterator[tuple[str, str]]:
    """Replaces each `NAME_FILE` of a secret by `NAME` with the text of the file; yields faults by variable."""
    for file_variable in [name for name in values if name.endswith("_FILE")]:
        name = file_variable.removesuffix("_FILE")
        if name not in SECRETS and not is_provider_variable(name):
            continue
        if name in values:
            yield name, f"{name} and {file_variable} are both set: keep one."
            continue
        try:
            with validators.resolve_path(home, values.pop(file_variable)).open(encoding="utf-8-sig") as file:
                values[name] = file.read(MAX_SECRET_FILE_BYTES).strip()
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "not text"
            yield (
                name,
                f"{file_variable} names a file that cannot be read ({why}): put the secret there, or correct the path.",
            )


def _endpoint_faults(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if name.endswith("_API_URL") and is_provider_variable(name):
            try:
                validators.check_base_url(value)
            except ValueError as error:
                yield name, f"{name}: {error}."
        elif is_provider_variable(name):
            try:
                validators.check_one_word(value)
            except ValueError as error:
                yield name, f"{name}: {error}."


def read_listen_variables(environ: Mapping[str, str] = os.environ) -> tuple[str, str]:
    """Returns LISTEN_PID and LISTEN_FDS, by which a supervisor hands over sockets; '' when they are not set."""
    return environ.get("LISTEN_PID", ""), environ.get("LISTEN_FDS", "")
