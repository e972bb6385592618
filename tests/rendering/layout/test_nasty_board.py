"""Names, paths and figures of every kind on every size of screen: no text overlaps another or is cut without a sign."""

from pathlib import Path
from typing import Any

import pytest

from tests.rendering.layout.conftest import Paint, frame
from utilities.config.boards import Board, read_board
from utilities.model.frames import Frame, ReadingState, ValueKind

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]  # where the browser is

SCREENS = [(1920, 1080), (1080, 1920), (1280, 720), (3840, 2160), (2560, 1080), (390, 844)]
COUNT, SHARE, TEXT = ValueKind.INTEGER, ValueKind.SHARE, ValueKind.TEXT
BOARD = """
title: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft und Söhne im Hauptgebäude"
theme: {theme}
grid: {{columns: 24, rows: 16}}
tiles:
  - {{report: large, view: number, title: "Who is here now?", place: [1, 1, 8, 5], options: {{now: true}}}}
  - {{report: none, view: number, title: "Rechtsschutzversicherungsgesellschaften?", place: [9, 1, 8, 5]}}
  - {{report: absent, view: number, title: "كم عدد القراء هذا الأسبوع في الموقع كله؟", place: [17, 1, 8, 5]}}
  - {{report: days, view: area, title: "How many visits a day?", place: [1, 6, 16, 6]}}
  - {{report: ranks, view: table, title: "Where do they live?", place: [17, 6, 8, 6], options: {{bars: views}}}}
  - {{report: pages, view: table, title: "What do they read?", place: [1, 12, 16, 5], options: {{shares: sum}}}}
  - {{report: bars, view: bar, title: "How do they find us?", place: [17, 12, 8, 5]}}
"""
NAMES = (
    "Grund\u00adstücks\u00adverkehrs\u00adgenehmigungs\u00adzuständigkeits\u00adübertragungs\u00adverordnung",
    "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
    "مرحبا بالعالم، هذا عنوان طويل جدا لصفحة في موقعنا الجديد",
    "שלום עולם, זו כותרת ארוכה מאוד של דף באתר שלנו",
    "データベースの索引が役に立つときと立たないときの見分け方について",
    "👩‍👩‍👧‍👦🏳️‍🌈🚀 launch 👨🏽‍💻 party 🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉",
    "/" + "a-very-long-path/" * 12,
    "A",
)
FIGURES = (123_456_789, 0, None, -987_654_321, 7, 12, 1, 3)
PAGES = frame(
    *((name, FIGURES[at], FIGURES[-at - 1], None if at % 2 else 999_999_999) for at, name in enumerate(NAMES)),
    **{"pagePath": TEXT, "views": COUNT, "facebook": SHARE, "hacker-news": SHARE},
)


def ranks(first: int) -> Frame:
    return frame(*zip(NAMES[first:] + NAMES[:first], FIGURES, strict=True), **{"name": TEXT, "views": COUNT})


def compared(value: int | None, before: int | None) -> Frame:
    return frame((value, before), **{"users": COUNT, "users:previous": COUNT})


FRAMES = {
    "large": compared(123_456_789, 987_654_321),
    "none": compared(0, 5200),
    "absent": compared(None, 3),
    "days": frame(
        *((f"2026-11-{day}", 123_456_789 * (day % 3), 98_765_432) for day in range(10, 20)),
        **{"date": ValueKind.DATE, "visits": COUNT, "visits:previous": COUNT},
    ),
    "ranks": ranks(0),
    "pages": PAGES,
    "bars": ranks(2),
}
MEASURE = """() => {
  const faults = [], texts = [], glass = innerWidth >= 700;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement, text = node.data.trim();
    if (!text || parent.closest('title, desc, noscript, .unseen, .way-out, [hidden]')) { continue; }
    if (!parent.getClientRects().length) { continue; }
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const line of range.getClientRects()) {
      if (line.width < 1) { continue; }
      const ink = line.height * 0.22; // a line is higher than its letters
      const box = {left: line.left, right: line.right, top: line.top + ink, bottom: line.bottom - ink};
      if (parent.matches('.hero')) { box.left += line.height * 0.05; } // pulled left, so that its stem is at the margin
      let isHidden = false;
      for (let at = parent; at && at !== document.documentElement; at = at.parentElement) {
        const style = getComputedStyle(at), clip = at.getBoundingClientRect();
        if (at instanceof SVGElement || style.overflow === 'visible') { continue; }
        const says = style.textOverflow === 'ellipsis';
        if (box.top >= clip.bottom - 1 && at.closest('.colophon')) { isHidden = true; break; } // has given way
        if (box.left < clip.left - 1 || box.right > clip.right + 1) {
          if (!says && at.scrollHeight > 0) { faults.push(`cut at the side by ${at.className}: ${text.slice(0, 50)}`); }
          box.left = Math.max(box.left, clip.left); box.right = Math.min(box.right, clip.right);
        }
        if (box.top < clip.top - 1 || box.bottom > clip.bottom + 1) {
          faults.push(`cut above or below by ${at.className}: ${text.slice(0, 50)}`);
        }
      }
      if (isHidden || box.right - box.left < 1) { continue; }
      if (box.left < -1 || box.right > innerWidth + 1 || (glass && (box.top < -1 || box.bottom > innerHeight + 1))) {
        faults.push(`outside the screen: ${text.slice(0, 50)}`);
      }
      texts.push({...box, text, node});
    }
  }
  texts.forEach((one, at) => texts.slice(at + 1).forEach(other => {
    const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
    const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
    if (one.node !== other.node && across > 1.5 && down > 1.5) {
      faults.push(`overlap: ${one.text.slice(0, 40)} / ${other.text.slice(0, 40)}`);
    }
  }));
  if (document.documentElement.scrollWidth > innerWidth) { faults.push('scrolls to the side'); }
  return faults;
}"""


@pytest.fixture(params=["dark", "light"])
def board(request: pytest.FixtureRequest, tmp_path: Path) -> Board:
    (tmp_path / "nasty.yaml").write_text(BOARD.format(theme=request.param), encoding="utf-8")
    return read_board(tmp_path / "nasty.yaml")


async def test_no_text_overlaps_or_is_cut_without_an_ellipsis(board: Board, paint: Paint, open_page: Any) -> None:
    pages = {"live": paint(board, FRAMES)}
    if board.theme == "dark":
        states = [ReadingState.FAILED, ReadingState.WAITING, ReadingState.STALE]
        pages["in trouble"] = paint(board, FRAMES, states)
    for name, html in pages.items():
        page = await open_page(board, html)
        for width, height in SCREENS if board.theme == "dark" else SCREENS[:2]:
            await page.set_viewport_size({"width": width, "height": height})
            faults = "\n".join(await page.evaluate(MEASURE))
            assert not faults, f"{name}, {width} × {height}: {faults}"
