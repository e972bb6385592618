"""The scripts and style sheets that televisions load, as the templates of their pages name them."""

import re
from pathlib import Path

from tests.conventions.code import ROOT

TEMPLATES = ROOT / "templates"
ASSET = re.compile(r"(?:static_url\(\s*['\"]|/static/)([\w./-]+)|['\"]([\w-]+\.(?:css|js))['\"]")
OWN_PAGE = re.compile(r"<!DOCTYPE html>|extends ['\"]wall.html['\"]")


def wall_templates() -> list[Path]:
    """Returns the pages that hang on a glass: the wall, and those of screens that are no desk pages."""
    pages = [TEMPLATES / "wall.html", TEMPLATES / "board.html", *sorted((TEMPLATES / "screens").glob("*.html"))]
    return [path for path in pages if OWN_PAGE.search(path.read_text(encoding="utf-8"))]


def wall_assets(suffix: str) -> list[str]:
    """Returns the names of the files in static/ with this suffix (`js`, `css`), the style sheets of views included."""
    names = {
        name
        for path in wall_templates()
        for pair in ASSET.findall(path.read_text(encoding="utf-8"))
        if (name := "".join(pair)).endswith(f".{suffix}")
    }
    views = {path.relative_to(ROOT / "static").as_posix() for path in (ROOT / "static" / "views").glob(f"*.{suffix}")}
    inline = {"watchdog.js"} if suffix == "js" else set()
    return sorted(names | views | inline)
