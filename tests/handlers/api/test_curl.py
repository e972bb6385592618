"""Every command of docs/api.md works, and there is one for each route."""

import asyncio
import json
import os
import re
import shutil
from pathlib import Path

import pytest

from handlers.api import RESOURCES
from handlers.api.document import API_ROOT, route_pattern
from tests.conventions.code import ROOT as HERE
from tests.handlers.api.conftest import Program
from tests.handlers.api.test_screen_api import pair_screen

LINES = re.findall(r"^curl .*$", (HERE / "docs" / "api.md").read_text(encoding="utf-8"), re.MULTILINE)


def addresses() -> list[str]:
    return [match[1] for line in LINES if (match := re.search(r'\$FOYER([^?"]*)', line))]


def test_there_is_a_command_for_each_route():
    paths = [re.sub(r"\$[A-Z]+", "1", address) for address in addresses()]
    operations = [route_pattern(each.path) for each in RESOURCES for _ in each.operations()]
    patterns = [*operations, re.escape(f"{API_ROOT}/openapi.json")]
    assert not {pattern for pattern in patterns if not any(re.fullmatch(pattern, each) for each in paths)}
    assert len(paths) == len(patterns)


@pytest.mark.slow
async def test_each_command_works_against_a_running_server(counted: Program, tmp_path: Path):
    if shutil.which("curl") is None:
        pytest.skip("needs curl (Debian: apt-get install curl)")
    admin = await counted.another("admin")
    doomed = json.loads((await admin.ask(f"{API_ROOT}/tokens")).body)["items"][-1]["number"]
    tokens = {"TOKEN": counted.token, "ADMIN": admin.token, "SCREENS": (await counted.another("screens")).token}
    tokens["PUSH"] = (await counted.another("push")).token
    places = tokens | {"FOYER": counted.foyer.address, "NUMBER": str(doomed), "TAKEOVER": "1", "SCREEN": "1"}
    await pair_screen(counted)
    (tmp_path / "sales.csv").write_text("day,sales\n2026-11-27,3\n", encoding="utf-8")
    lines = sorted(LINES, key=lambda line: "DELETE" in line)  # it revokes the token the others use
    for line in lines:
        process = await asyncio.create_subprocess_shell(
            line,
            cwd=tmp_path,
            env={**os.environ, **places},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, errors = await process.communicate()
        assert process.returncode == 0, f"{line}\n{errors.decode()}"
        is_empty = any(part in line for part in ("DELETE", "/commands?", "/visitors/")) and "/rows" not in line
        assert is_empty == (output == b""), line
        if output:
            assert isinstance(json.loads(output), dict)
