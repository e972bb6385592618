"""Nothing on a wall is animated: a weak processor draws only what has changed."""

import re

import pytest

from tests.conventions.code import ROOT
from tests.conventions.wall_assets import wall_assets
from utilities.config.boards import read_board
from utilities.rendering.layout.stylesheet import board_stylesheet
from utilities.services import load_catalogue

COSTLY_STYLE = re.compile(r"animation|transition|@(-\w+-)?keyframes|will-change|(?<![\w-])(backdrop-)?filter\s*:")
COSTLY_SCRIPT = re.compile(r"\.animate\(|transition|animation(?!frame)|style\.filter", re.IGNORECASE)


def read_code(name: str) -> str:
    """Returns a static file without its comments."""
    text = (ROOT / "static" / name).read_text(encoding="utf-8")
    return re.sub(r"//[^\n]*", "", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))


@pytest.mark.parametrize(
    "css",
    [
        ".a { transition: transform 2s; }",
        ".a { -webkit-animation: glow 1s infinite; }",
        "@-webkit-keyframes glow { from { opacity: 0; } }",
        ".a { will-change: transform; }",
        ".a { filter: blur(2px); }",
        ".a { backdrop-filter: blur(2px); }",
    ],
)
def test_style_that_costs_a_weak_processor_is_caught(css: str):
    assert COSTLY_STYLE.search(css)


def test_no_style_of_a_wall_is_animated():
    files = wall_assets("css")
    assert {"wall.css", "show.css", "screen.css", "tv.css", "takeover.css", "identify.css", "way_out.css"} <= set(files)
    sheets = {name: read_code(name) for name in files}
    sheets["office"] = board_stylesheet(read_board(ROOT / "boards" / "office.yaml"), load_catalogue().views)
    assert {name: found[0] for name, css in sheets.items() if (found := COSTLY_STYLE.search(css))} == {}


def test_no_script_of_a_wall_animates():
    files = wall_assets("js")
    assert {"wall.js", "drift.js", "show.js", "tv.js", "takeover.js"} <= set(files)
    assert {name: found[0] for name in files if (found := COSTLY_SCRIPT.search(read_code(name)))} == {}
