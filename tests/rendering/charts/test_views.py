"""Every view draws every state, and the gallery in the documents shows it."""

import re
from xml.etree import ElementTree

import pytest

from tests.rendering.charts.gallery import BOX, FOLDER, VIEWS, picture, sheet
from tests.rendering.charts.states import BY_VIEW, LONG, NASTY
from utilities.rendering.charts import ChartSpec
from utilities.rendering.charts.engine import ChartEngine
from utilities.rendering.charts.svg import clean_svg
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width

BOXES = {"wall": Box(590, 380, 31, 39), "wide": Box(1190, 380, 31, 39), "desk": Box(960, 420, 14, 16), "book": BOX}
LIGHT = 60_000  # characters of a drawing; the outlines of a map are more
MADE_OF = {"svg", "g", "rect", "path", "text", "polygon", "polyline", "circle", "ellipse", "line", "defs", "clipPath"}
NAMED = {"title", "desc"}


def draw(engine: ChartEngine, spec: ChartSpec) -> ElementTree.Element:
    text = clean_svg(engine.draw(spec), spec)
    root = ElementTree.fromstring(text)
    assert len(text) < (2.5 * LIGHT if "<polygon" in text else LIGHT)
    return root


@pytest.mark.parametrize("view", BY_VIEW)
def test_gallery_in_the_documents_matches_what_is_rendered(view: str, engine: ChartEngine):
    stored = (FOLDER / f"{view}.svg").read_text(encoding="utf-8")
    rendered = sheet(view, engine)
    assert rendered == stored, "run `python -m tests.rendering.charts.gallery`, and look at what has changed"
    assert f"gallery/{view}.svg" in (FOLDER.parent / "gallery.md").read_text(encoding="utf-8")


def test_every_view_is_in_the_gallery():
    assert set(BY_VIEW) == set(VIEWS) - {"table"}  # which is photographed: tests/rendering/layout/gallery.py
    assert {path.stem for path in FOLDER.glob("*.svg")} == set(BY_VIEW)


@pytest.mark.slow
@pytest.mark.parametrize("view", BY_VIEW)
def test_odd_names_neither_break_a_chart_nor_leave_it(view: str, engine: ChartEngine):
    """What it holds, what its words say, and that they stand inside, however odd the names are."""
    for state in {"nasty names", "300 characters", "10,000 points"} & set(BY_VIEW[view]):
        for box in BOXES.values():
            spec = picture(view, BY_VIEW[view][state], box)
            assert spec is not None
            root = draw(engine, spec)
            assert {element.tag.rpartition("}")[2] for element in root.iter()} <= MADE_OF | NAMED
            attributes = {name for element in root.iter() for name in element.attrib}
            assert not {name for name in attributes if name in ("style", "href") or name.startswith("on")}
            identifiers = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
            assert len(identifiers) == len(set(identifiers))
            assert all(name.startswith(f"c{spec.key}-") for name in identifiers)
            inside(root, box)


def inside(root: ElementTree.Element, box: Box) -> None:
    """Each text begins and ends on the drawing; 1.5 % for what a browser rounds."""
    for element in root.iter("{http://www.w3.org/2000/svg}text"):
        size = float(element.attrib.get("font-size", "12").removesuffix("px"))
        text = "".join(element.itertext())
        wide = text_width(text, size, weight=int(re.sub("[^0-9]", "", element.attrib.get("font-weight", "400")) or 400))
        moved = re.search(r"translate\((-?[\d.]+)", element.attrib.get("transform", ""))
        at = float(element.attrib.get("x", 0)) + (float(moved[1]) if moved else 0.0)
        left = at - {"middle": wide / 2, "end": wide}.get(element.attrib.get("text-anchor", ""), 0.0)
        assert left >= -0.015 * box.width, text
        assert left + wide <= box.width * 1.015, text
        assert size >= min(box.text, box.figure)
        assert LONG not in text


def test_names_are_written_unchanged(engine: ChartEngine):
    spec = picture("bar", BY_VIEW["bar"]["nasty names"], Box(1190, 700, 31, 39))
    assert spec is not None
    texts = {"".join(e.itertext()) for e in draw(engine, spec).iter("{http://www.w3.org/2000/svg}text")}
    assert {NASTY[0], "line break and tab", NASTY[2], NASTY[3], NASTY[4], "constructor", "(none)", NASTY[9]} <= texts


def test_chart_has_a_title_and_a_description(engine: ChartEngine):
    spec = picture("line", BY_VIEW["line"]["28 days"])
    assert spec is not None
    named = ChartSpec(spec.option, spec.width, spec.height, "Visits <by> day", spec.description)
    root = draw(engine, named)
    assert [(child.tag.rpartition("}")[2], child.text) for child in list(root)[:2]] == [
        ("title", "Visits <by> day"),
        ("desc", "Visits: 24 Oct 300, between 300 and 1,280, 20 Nov 554."),
    ]
    assert root.attrib["role"] == "img"
