"""The README's ten minutes: every command of it, pasted in its order into a fresh clone."""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tornado.httpclient import AsyncHTTPClient

from demo.internet import Internet
from demo.openid import sign_in_environment
from tests.conventions.code import ROOT

BLOCK = re.compile(r"^( *)```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
REPLACED = ("GA4_PROPERTY_ID", "WEBSITE", "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET")
"""What a reader replaces by values of their own."""


def readme_blocks() -> list[str]:
    """Returns the shell commands of the README, in their order."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return [textwrap.dedent(block[2]) for block in BLOCK.finditer(text)]


def replace_values(block: str, values: Mapping[str, str]) -> str:
    """Returns the block with a reader's own values, as `values` has them."""
    for name in REPLACED:
        block = re.sub(rf"^{name}=.*$", lambda _, name=name: f"{name}={values[name]}", block, flags=re.MULTILINE)
    return block


def clone_project(folder: Path) -> Path:
    """Returns a copy of the files that git tracks or would, without var/ and .env, with the libraries of this Python.

    Installing them takes minutes and is not the product's; everything else of `make install` runs.
    """
    clone = folder / "foyer"
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, names.stdout.decode().split("\0")):
        source = ROOT / name
        if source.is_file() and not name.startswith("tests/"):
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, clone / name)
    venv = clone / ".venv"
    venv.mkdir()
    for part in ("bin", "lib", "pyvenv.cfg"):
        (venv / part).symlink_to(Path(sys.prefix) / part)
    (venv / ".run").touch()
    return clone


@asynccontextmanager
async def run_block(block: str, folder: Path, environ: Mapping[str, str]) -> AsyncIterator[str]:
    """Pastes a block into bash; yields its output, of a block with `make run` as soon as Foyer serves; ends it."""
    process = await asyncio.create_subprocess_exec(
        *("bash", "-e", "-c", block), cwd=folder, env=environ, stdout=PIPE, stderr=STDOUT, start_new_session=True
    )
    assert process.stdout is not None
    output, serves = "", "make run" in block
    async with asyncio.timeout(120):  # a busy machine
        while line := (await process.stdout.readline()).decode():
            output += line
            if serves and "Foyer is at " in line:
                break
    try:
        yield output
    finally:
        if serves and process.returncode is None:
            os.killpg(process.pid, signal.SIGINT)  # Ctrl-C
        rest = await asyncio.wait_for(process.stdout.read(), 60)
        code = await process.wait()
        process._transport.close()  # type: ignore[attr-defined]  # Python 3.11 leaves it to the loop's end, and warns
        assert serves or code == 0, output + rest.decode()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.asyncio(loop_scope="session")  # where the simulated internet is
async def test_every_command_of_the_readme_works_when_pasted_into_a_fresh_clone(tmp_path: Path, internet: Internet):
    if shutil.which("make") is None or shutil.which("git") is None:
        pytest.skip("needs make and git (Debian: apt-get install make git)")
    clone = clone_project(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    issuer = sign_in_environment(internet.address)
    endpoints = {name: value for name, value in internet.environment.items() if name.endswith(("_URL", "_ENDPOINT"))}
    environ = {"PATH": os.environ["PATH"], "PORT": str(port), **endpoints, "OIDC_ISSUER": issuer["OIDC_ISSUER"]}
    values = {**internet.environment, **issuer}
    fronts = []
    for block in readme_blocks():
        if "service-account.json" in block:  # the reader has saved it there, as the step before says
            shutil.copy(internet.environment["GOOGLE_APPLICATION_CREDENTIALS"], clone / "var" / "service-account.json")
        async with run_block(replace_values(block, values), clone, environ) as output:
            if "run.py check" in block:
                assert "All is well." in output, output
            if "make run" in block:
                front = await AsyncHTTPClient().fetch(
                    f"http://127.0.0.1:{port}/", follow_redirects=False, raise_error=False
                )
                fronts.append((front.code, front.headers.get("Location", "")))
    assert fronts == [(200, ""), (200, ""), (421, "")]  # the demo, both boards, only PUBLIC_URL
    assert (clone / ".env").stat().st_mode & 0o077 == 0
    assert (clone / "var").stat().st_mode & 0o077 == 0


def test_make_help_lists_every_target():
    if shutil.which("make") is None:
        pytest.skip("needs make (Debian: apt-get install make)")
    done = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert targets is not None
    assert [line.split()[1] for line in done.stdout.splitlines()] == targets[1].split()
    assert all(len(line.split()) > 2 for line in done.stdout.splitlines())
