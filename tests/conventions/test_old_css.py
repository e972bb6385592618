"""The check of the wall's style catches what a television of 2016 would drop."""

import pytest

from tests.conventions.code import ROOT
from tests.conventions.old_css import offences
from tests.conventions.strip_css import strip_late_css
from tests.conventions.wall_assets import wall_assets
from utilities.config.boards import read_board
from utilities.rendering.layout.stylesheet import board_stylesheet
from utilities.services import load_catalogue

FINE = """
@charset "utf-8";
@font-face { font-family: Inter; src: url(inter.woff2) format('woff2'); font-display: swap; unicode-range: U+0-FF; }
.tile { position: absolute; left: 1.5%; width: calc(50% - 2vw); display: -webkit-flex; display: flex; }
.tile[data-state="stale"]:not(.quiet) > p:first-child::before { content: "#12345678 "; color: rgba(1, 2, 3, .5); }
.wave { -webkit-animation: wave 2s; animation: wave 2s; font-variant-numeric: tabular-nums; }
@-webkit-keyframes wave { from { opacity: 0; } to { opacity: 1; } }
@media (max-width: 1280px) { .tile { overflow: hidden; object-fit: contain; color: #fff; } }
"""


def test_style_of_2014_passes():
    assert offences(FINE) == []


@pytest.mark.parametrize(
    "rule",
    [
        ".a { display: grid; }",
        ".a { display: contents; }",
        ".a { grid-template-columns: 1px; }",
        ".a { gap: 1px; }",
        ".a { --ink: red; }",
        ".a { color: var(--ink); }",
        ".a { font-size: clamp(1px, 2px, 3px); }",
        ".a { width: min(1px, 2px); }",
        ".a { width: calc(1px + max(1px, 2px)); }",
        ".a { aspect-ratio: 1; }",
        ".a { inset: 0; }",
        ".a { position: sticky; }",
        ".a { margin-inline: 1px; }",
        ".a { width: fit-content; }",
        ".a { all: unset; }",
        ".a { color: unset; }",
        ".a { color: #12345678; }",
        ".a { color: rgb(1 2 3); }",
        ".a { height: 100dvh; }",
        ".a { animation: wave 2s; }",
        ".a { filter: blur(1px); }",
        ".a { overflow: clip; }",
        ".a { overflow-wrap: anywhere; }",
        ".a { justify-content: space-evenly; }",
        ":is(.a, .b) { color: red; }",
        ".a:has(.b) { color: red; }",
        ".a:where(.b) { color: red; }",
        ".a:not(.b, .c) { color: red; }",
        ".a:focus-visible { color: red; }",
        ".a { .b { color: red; } }",
        "@layer a { .b { color: red; } }",
        "@container (width > 1px) { .a { color: red; } }",
        "@media (max-width: 1px) { .a { display: grid; } }",
        ".a { color red }",
        "@media (hover: none) { .a { color: red; } }",
        "@media (width >= 700px) { .a { color: red; } }",
        "@media (prefers-color-scheme: light) { .a { color: red; } }",
    ],
)
def test_later_style_is_caught(rule: str):
    assert offences(f".fine {{ color: red; }}\n{rule}")[0].startswith("2: ")


def test_late_style_is_stripped_and_the_rest_stays():
    late = "@media (hover: none) { b { color: red; } } i:is(.a) { top: 0; } @supports (gap: 0) { u { left: 0; } }"
    css = f"@media print {{ .a {{ display: grid; color: #fff; gap: 1px; width: min(1px, 2px); }} }} {late}"
    assert "".join(strip_late_css(css).split()) == "@mediaprint{.a{color:#fff;}}"
    assert offences(strip_late_css(FINE)) == []


def test_style_sheet_that_is_made_for_a_board_is_whole():
    assert offences(board_stylesheet(read_board(ROOT / "boards" / "office.yaml"), load_catalogue().views)) == []


@pytest.mark.parametrize("name", wall_assets("css"))
def test_each_style_sheet_of_a_television_is_whole(name: str):
    assert offences((ROOT / "static" / name).read_text(encoding="utf-8")) == []
