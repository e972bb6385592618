"""The files for containers and platforms: each names what is there."""

import re
import shlex
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr

from tests.conventions.code import ROOT
from utilities.config.environment import read_settings
from utilities.config.settings import VARIABLES

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
PYTHON_VARIABLES = {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}


def copied_paths() -> list[str]:
    """Returns the sources of each COPY in the Dockerfile."""
    return [path for line in re.findall(r"^COPY (.*)$", DOCKERFILE, re.MULTILINE) for path in line.split()[:-1]]


def top_level_imports() -> set[str]:
    """Returns the files and folders of the project that the running product is made of."""
    return {"run.py", "handlers", "utilities", "templates", "static", "demo", "boards", "requirements.txt"}


def test_image_gets_every_part_of_the_product():
    sent = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(copied_paths()) == sent == top_level_imports()
    assert all((ROOT / path).exists() for path in sent)


def test_image_runs_as_a_user_and_gets_signals_itself():
    assert re.search(r"^USER foyer$.*^CMD \[\"python\", \"run\.py\"\]$", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert "ENTRYPOINT" not in DOCKERFILE


def test_health_check_of_the_image_is_valid_python():
    command = re.sub(r"\\\n", "", DOCKERFILE).partition("HEALTHCHECK ")[2].partition("CMD ")[2].splitlines()[0]
    program, option, code = yaml.safe_load(command)
    assert (program, option) == ("python", "-c")
    compile(code, "HEALTHCHECK", "exec")


def test_files_for_containers_set_variables_that_exist():
    set_in_image = set(re.findall(r"\b([A-Z_]+)=", DOCKERFILE.partition("ENV ")[2].splitlines()[0]))
    assert set_in_image - PYTHON_VARIABLES <= set(VARIABLES)
    assert set(COMPOSE["services"]["foyer"]["environment"]) <= set(VARIABLES)


def test_compose_file_keeps_its_data_and_writes_nowhere_else():
    service = COMPOSE["services"]["foyer"]
    assert service["read_only"] is True
    assert f"data:{service['environment']['DATA_DIR']}" in service["volumes"]
    assert int(service["stop_grace_period"].rstrip("s")) > 10
    assert [secret for secret in service["secrets"] if secret not in COMPOSE["secrets"]] == []


def interpolate(text: str, environ: dict[str, str]) -> str:
    """Returns the text as `docker compose` reads it: with `${NAME:-default}` and `${NAME:+replacement}` replaced."""

    def replace(match: re.Match[str]) -> str:
        value = environ.get(match["name"], "")
        return (match["word"] if value else "") if match["sign"] == "+" else value or match["word"]

    return re.sub(r"\$\{(?P<name>\w+):(?P<sign>[+-])(?P<word>[^}]*)\}", replace, text)


@pytest.mark.parametrize(
    ("environ", "key", "file"),
    [
        ({"GOOGLE_APPLICATION_CREDENTIALS": "var/key.json"}, Path("/run/secrets/service_account"), "var/key.json"),
        ({"GOOGLE_APPLICATION_CREDENTIALS_JSON": '{"type": "x"}'}, SecretStr('{"type": "x"}'), "/dev/null"),
        ({}, None, "/dev/null"),
    ],
)
def test_compose_file_takes_the_key_from_a_file_a_variable_or_nowhere(
    environ: dict[str, str], key: Path | SecretStr | None, file: str
):
    compose = yaml.safe_load(interpolate((ROOT / "compose.yaml").read_text(encoding="utf-8"), environ))
    variables = {name: value or "" for name, value in compose["services"]["foyer"]["environment"].items()}
    assert read_settings({**environ, **variables}, env_file=None).google_key == key
    assert compose["secrets"]["service_account"]["file"] == file


def test_procfile_runs_the_server():
    name, _, command = (ROOT / "Procfile").read_text(encoding="utf-8").strip().partition(": ")
    program, file = shlex.split(command)
    assert (name, program) == ("web", "python")
    assert (ROOT / file).is_file()
