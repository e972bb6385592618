"""The check of the wall's script catches what a television of 2016 cannot run."""

import gzip

import pytest

from tests.conventions.code import ROOT
from tests.conventions.es5 import offences, unknown_apis
from tests.conventions.wall_assets import wall_assets

FINE = """
(function () {
  'use strict';
  var tile = {get age() { return 1; }, 'a': [1, 0x1f, .5e3], b: /^x+$/gi};
  function swap(node, text) { if (node && node.textContent !== text) { node.textContent = text; } }
  for (var key in tile) { if (tile.hasOwnProperty(key)) { swap(key, tile[key]); } }
  outer: for (;;) { switch (tile.a) { case 1: break outer; default: continue; } }
  try { JSON.parse('{}'); } catch (error) { throw new Error('no'); } finally { delete tile.b; }
  do { tile.a -= 1; } while (tile.a ? true : false, void 0);
  new EventSource('/stream').addEventListener('tile', function (event) { event.target.parentNode.remove(); });
}());
"""


def test_es5_passes():
    assert offences(FINE) == []


@pytest.mark.parametrize(
    "line",
    [
        "var f = x => x;",
        "let a = 1;",
        "const a = 1;",
        "var a = `text`;",
        "class A {}",
        "f(...a);",
        "var a = [...b];",
        "for (var a of b) {}",
        "function f(a = 1) {}",
        "function f(...a) {}",
        "var {a} = b;",
        "var [a] = b;",
        "async function f() {}",
        "function* f() {}",
        "a?.b;",
        "a ?? b;",
        "a ||= b;",
        "a ** b;",
        "var a = {b};",
        "var a = {b() {}};",
        "var a = {[b]: 1};",
        "import a from 'b';",
        "try {} catch {}",
        "var a = 0b11;",
        "var a = 10n;",
        "var a = 1_000;",
        "var a = '\\u{1F600}';",
        "var a = /a/u;",
        "var a = /(?<n>a)/;",
        "f(1,);",
        "if (a) { function f() {} }",
        "fetch('/');",
        "window.fetch('/');",
        "new Promise(f);",
        "var a = new Map();",
        "var a = Symbol;",
        "Object.assign(a, b);",
        "Array.from(a);",
        "'a'.includes('b');",
        "a.closest('b');",
        "a.append(b);",
        "new IntersectionObserver(f);",
        "var = 1;",
    ],
)
def test_later_than_es5_is_caught(line: str):
    assert offences(f"'use strict';\n{line}")[0].startswith("2: ")


@pytest.mark.parametrize(
    "line",
    ["navigator.sendBeacon('/');", "new URL('/', base);", "a.getAnimations();", "a.matchAll(b);", "caches.open(a);"],
)
def test_api_that_nobody_has_looked_up_is_caught(line: str):
    assert unknown_apis(f"var a, base;\n{line}")[0].startswith("2: ")


@pytest.mark.parametrize("name", wall_assets("js"))
def test_each_script_of_a_television_is_es5_and_small(name: str):
    text = (ROOT / "static" / name).read_text(encoding="utf-8")
    assert offences(text) + unknown_apis(text) == []
    is_marked = "document.currentScript.setAttribute('data-ran', '')" in text
    assert is_marked != (name == "watchdog.js"), "a page without this mark is loaded again"
    assert len(gzip.compress(text.encode(), 9)) < 6 * 1024


def test_scripts_that_every_wall_loads_are_small_together():
    texts = [(ROOT / "static" / name).read_bytes() for name in ("wall.js", "drift.js")]
    assert sum(len(gzip.compress(text, 9)) for text in texts) < 6 * 1024


def test_watchdog_has_no_mark_that_other_scripts_search_a_page_for():
    text = (ROOT / "static" / "watchdog.js").read_text(encoding="utf-8")
    assert not {mark for mark in ('id="glass"', 'data-sheet="', "</script") if mark in text}
