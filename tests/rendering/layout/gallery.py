"""`python -m tests.rendering.layout.gallery` photographs numbers and tables for docs/gallery; a test compares them."""

import asyncio
import hashlib
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import async_playwright

from tests.rendering.charts.states import LONG, NASTY
from tests.rendering.layout.conftest import ROOT, VIEWS, frame, painted, served
from utilities.config.boards import Board, read_board
from utilities.model.frames import Frame, Note, ReadingState, Value, ValueKind
from utilities.rendering.layout.stylesheet import board_stylesheet

FOLDER = ROOT / "docs" / "gallery"
HASHES = FOLDER / "tiles.txt"
THEMES = ("dark", "light")
Seen = tuple[str, Frame, ReadingState]


def number(value: Value, before: Value = None, kind: ValueKind = ValueKind.INTEGER) -> Frame:
    return frame((value, before), **{"users": kind, "users:previous": kind})


def table(rows: Sequence[tuple[Value, ...]], *notes: Note) -> Frame:
    kinds = {"page": ValueKind.TEXT, "views": ValueKind.INTEGER, "stay": ValueKind.SECONDS, "hn": ValueKind.SHARE}
    return frame(*rows, notes=notes, **kinds)


PAGES = [(f"/blog/{name}", 4210 - 613 * at, 171.4 - at, 412 - 90 * at) for at, name in enumerate("abcdef")]
STATES: dict[str, list[Seen]] = {
    "number": [
        ("more than before", number(21480, 19852), ReadingState.LIVE),
        ("less than before", number(63902, 65946), ReadingState.LIVE),
        ("as before", number(100, 100), ReadingState.LIVE),
        ("nothing before", number(47, 0), ReadingState.LIVE),
        ("alone", number(1234), ReadingState.LIVE),
        ("zero", number(0), ReadingState.LIVE),
        ("unknown", number(None), ReadingState.LIVE),
        ("negative", number(-146, 20), ReadingState.LIVE),
        ("a rate", number(0.381, 0.402, ValueKind.FRACTION), ReadingState.LIVE),
        ("a time", number(171.4, 160.0, ValueKind.SECONDS), ReadingState.LIVE),
        ("a large one", number(123_456_789_012_345), ReadingState.LIVE),
        ("ageing", number(21480, 19852), ReadingState.AGEING),
        ("stale", number(21480, 19852), ReadingState.STALE),
        ("failed", number(0), ReadingState.FAILED),
        ("waiting", number(0), ReadingState.WAITING),
    ],
    "table": [
        ("pages", table(PAGES), ReadingState.LIVE),
        ("empty", table([]), ReadingState.LIVE),
        ("one row", table(PAGES[:1]), ReadingState.LIVE),
        ("all zero", table([(row[0], 0, 0.0, 0) for row in PAGES]), ReadingState.LIVE),
        (
            "a network is down",
            table([(*row[:3], None) for row in PAGES], Note("down", "hn")),
            ReadingState.LIVE,
        ),
        ("10,000 rows", table([(f"/page-{at}", 10_000 - at, 60.0, at) for at in range(10_000)]), ReadingState.LIVE),
        ("300 characters", table([(f"/{LONG[:290]}{at}", 9, 1.0, 1) for at in range(6)]), ReadingState.LIVE),
        ("nasty names", table([(name, 9, 1.0, 1) for name in NASTY[:7]]), ReadingState.LIVE),
        ("stale", table(PAGES), ReadingState.STALE),
    ],
}


def board(view: str, theme: str) -> Board:
    """A wall of three columns with a tile for each state."""
    seen, high = STATES[view], 4 if view == "number" else 6
    rows = -(-len(seen) // 3) * high
    lines = [f"title: The view {view}", f"theme: {theme}", f"grid: {{columns: 24, rows: {rows}}}", "tiles:"]
    for at, (title, _, _) in enumerate(seen):
        place = [at % 3 * 8 + 1, at // 3 * high + 1, 8, high]
        lines.append(f'  - {{report: state-{at}, view: {view}, title: "{title}", place: {place}}}')
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "gallery.yaml"
        file.write_text("\n".join(lines), encoding="utf-8")
        return read_board(file)


def page(view: str, theme: str) -> str:
    frames = {f"state-{at}": filled for at, (_, filled, _) in enumerate(STATES[view])}
    return painted(board(view, theme), frames, [state for _, _, state in STATES[view]])


def hashes() -> str:
    """Returns a line for each picture: its name and the hash of its page and style sheet, without CSS comments."""
    lines = []
    wall_css = (ROOT / "static" / "wall.css").read_text("utf-8")
    for view in STATES:
        for theme in THEMES:
            css = re.sub(r"/\*.*?\*/\s*", "", board_stylesheet(board(view, theme), VIEWS) + wall_css, flags=re.DOTALL)
            digest = hashlib.sha256((page(view, theme) + css).encode(errors="replace")).hexdigest()
            lines.append(f"{view}-{theme} {digest[:16]}")
    return "\n".join(lines) + "\n"


async def main() -> None:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    async with async_playwright() as driver, served() as serve:
        browser = await driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for view in STATES:
            for theme in THEMES:
                glass = await browser.new_page(viewport={"width": 1280, "height": 720})
                await glass.goto(serve(board(view, theme), page(view, theme)))
                await glass.evaluate("document.fonts.ready")
                await glass.screenshot(path=FOLDER / f"{view}-{theme}.png")
                await glass.close()
        await browser.close()
    HASHES.write_text(hashes(), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
