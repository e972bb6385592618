"""The glass of one paired screen in Chromium: its clock, which is wrong and jumps, and what is painted on it."""

import sys
import time
from collections.abc import Callable
from datetime import datetime

from playwright.sync_api import Browser, CDPSession

from bench.heap import NUMBERS
from bench.pairing import approve_code, open_television

TELEVISION = """(() => {
  const now = performance.now.bind(performance), RealDate = Date, WRONG_MS = -2 * 365 * 86400000;
  const top = window.top;
  if (top === window) { window.aheadMs = 0; window.updates = 0; window.beats = 0; }
  performance.now = () => now() + top.aheadMs;
  const time = () => RealDate.now() + WRONG_MS + top.aheadMs;
  window.Date = class extends RealDate {
    constructor(...parts) { if (parts.length) { super(...parts); } else { super(time()); } }
  };
  window.Date.now = time;
  const listen = EventSource.prototype.addEventListener;
  EventSource.prototype.addEventListener = function (name, heard) {
    listen.call(this, name, event => {
      if (name === 'tile') { top.updates += 1; }
      if (name === 'beat') { top.beats += 1; }
      heard(event);
    });
  };
})()"""
"""A television whose clock is two years slow; `aheadMs` moves all its clocks on."""

LOOK = """() => {
  const frames = document.querySelectorAll('.stage iframe'), frame = frames[frames.length - 1];
  const doc = frame && frame.contentDocument, body = doc && doc.querySelector('body[data-sheet]');
  if (!body) { return { fault: 'blank' }; }
  const tiles = Array.from(doc.querySelectorAll('[data-tile]')), banner = doc.querySelector('.banner');
  const figures = {};
  let fault = tiles.length ? '' : 'no tiles';
  for (const tile of tiles) {
    const name = tile.getAttribute('data-tile'), box = tile.getBoundingClientRect(), text = tile.textContent;
    if (!(box.width > 0 && box.height > 0 && /\\S/.test(text))) { fault = name + ' is empty'; }
    if (tile.getAttribute('data-state') === 'failed') { fault = name + ' has failed'; }
    if (/Traceback|undefined|NaN|\\[object|Sign in/.test(text)) { fault = name + ' shows ' + text.slice(0, 80); }
    const hero = tile.querySelector('.hero');
    if (hero) { figures[name] = hero.textContent.trim(); }
  }
  const style = doc.defaultView.getComputedStyle(body);
  if (style.visibility !== 'visible' || style.opacity === '0') { fault = 'the wall is hidden'; }
  return { fault, figures, board: body.getAttribute('data-board'), clock: doc.querySelector('.clock').textContent,
    banner: banner.hidden ? '' : banner.textContent.trim(), frames: frames.length };
}"""
METRICS = {"heap": "JSHeapUsedSize", "nodes": "Nodes", "listeners": "JSEventListeners", "documents": "Documents"}
WAIT_SECONDS = 60.0


class ScreenGlass:
    """A paired screen with a playlist; `faults` is what was wrong at a sampled moment."""

    def __init__(self, browser: Browser, site: str, shown: str) -> None:
        self.samples, self.faults = 0, []
        self.page, code = open_television(browser, site, init_script=TELEVISION, timezone_id="America/New_York")
        self.page.on("pageerror", lambda error: self.fault(f"script: {error}"))
        approve_code(site, code, "Week", shown)
        self.page.wait_for_selector(".stage iframe", timeout=WAIT_SECONDS * 1000)
        self.page.evaluate(f"() => {{ {NUMBERS} }}")
        self.devtools: CDPSession = self.page.context.new_cdp_session(self.page)
        self.devtools.send("Performance.enable")
        self.wait_for("a wall", lambda look: not look["fault"])

    def fault(self, words: str) -> None:
        self.faults.append(words)
        print(f"  {words}", file=sys.stderr)

    def look(self) -> dict[str, object]:
        return self.page.evaluate(LOOK)

    def sample(self, moment: str) -> dict[str, object]:
        """Looks at the glass as it is at this moment."""
        self.samples += 1
        look = self.look()
        if look["fault"]:
            self.fault(f"{moment}: {look['fault']}")
        return look

    def wait_for(self, what: str, is_true: Callable[[dict[str, object]], bool]) -> bool:
        """Waits until the glass shows something; a fault when it does not."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not is_true(look := self.look()):
            if time.monotonic() > deadline:
                self.fault(f"no {what} within {WAIT_SECONDS:.0f} s: {look}")
                return False
            self.page.wait_for_timeout(50)
        return True

    def count(self, name: str) -> int:
        return int(self.page.evaluate(f"window.{name}"))

    def jump(self, seconds: float) -> None:
        self.page.evaluate(f"window.aheadMs += {seconds * 1000}")

    def wait_for_clock(self, now: Callable[[], datetime]) -> bool:
        """Waits until the clock on the glass is that of the server, in the zone of the board."""
        return self.wait_for("right clock", lambda look: str(look.get("clock", "")).endswith(f"{now():%H:%M}"))

    def weigh(self) -> dict[str, float]:
        """Returns what the page holds after a forced collection."""
        for _ in range(4):
            self.devtools.send("HeapProfiler.collectGarbage")
            self.page.wait_for_timeout(150)
        all_metrics = {each["name"]: each["value"] for each in self.devtools.send("Performance.getMetrics")["metrics"]}
        return {name: all_metrics[metric] for name, metric in METRICS.items()}

    def close(self) -> None:
        self.page.context.close()
