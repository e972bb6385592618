"""Templates hold nothing that a strict Content-Security-Policy or a stranger's page title could trip over."""

import re
from pathlib import Path

import pytest

from tests.conventions.code import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STATIC = [path for path in (ROOT / "static").rglob("*") if path.suffix in (".css", ".js")]
FORBIDDEN = {
    "escaping switched off": r"\|\s*safe\b|autoescape\s+false|\{%-?\s*raw\b",
    "inline style": r"\sstyle\s*=|<style\b",
    "inline script": r"<script(?![^>]*\ssrc=)|javascript:",
    "inline event handler": r"<[^>]*\son[a-z]+\s*=",
    "something served by others": r"(?:src|<link[^>]*href)\s*=\s*[\"'](?:https?:)?//",
    "an attribute without quotes": r"\s[\w-]+\s*=\s*\{\{",
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_template_has_no(what: str, path: Path):
    assert not re.search(FORBIDDEN[what], path.read_text(encoding="utf-8"), re.IGNORECASE)


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("escaping switched off", "{{ title | safe }}"),
        ("inline style", '<p style="color: red">'),
        ("inline script", "<script>go()</script>"),
        ("inline event handler", '<a href="/" onclick="go()">'),
        ("something served by others", '<link rel="stylesheet" href="https://cdn.example/x.css">'),
        ("an attribute without quotes", "<a href={{ address }}>"),
    ],
)
def test_rule_catches_an_offender(what: str, text: str):
    assert re.search(FORBIDDEN[what], text, re.IGNORECASE)


@pytest.mark.parametrize("path", STATIC, ids=lambda path: path.name)
def test_nothing_is_fetched_from_others(path: Path):
    assert not re.search(r"url\(\s*[\"']?(https?:)?//|@import", path.read_text(encoding="utf-8"))
