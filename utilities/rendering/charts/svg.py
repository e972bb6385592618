"""From ECharts' SVG to ours: presentation attributes only, and a name for those who hear it."""

import re
from collections.abc import Mapping
from xml.etree import ElementTree

from utilities.model.errors import NotDrawn
from utilities.rendering.charts import ChartSpec

SVG_NAMESPACE = "http://www.w3.org/2000/svg"
FONT_FAMILIES = "Inter, Arial, sans-serif"
INVALID_XML_CHARS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")  # no XML may hold these
REMOVED_ATTRIBUTES = frozenset({"class", "pointer-events", "baseProfile", "version"})
"""Attributes that only a live chart needs."""

ID_REFERENCE = re.compile(r"url\(#([^)]+)\)")

ElementTree.register_namespace("", SVG_NAMESPACE)


def clean_svg(text: str, picture: ChartSpec) -> str:
    """The drawing as it goes into a page; NotDrawn when it is no SVG.

    A strict content security policy lets no `style` attribute and no `<style>` through. Identifiers carry the picture's
    key, for several drawings stand on one page, and are counted anew in each: equal pictures are equal drawings.
    """
    try:
        root = ElementTree.fromstring(INVALID_XML_CHARS.sub("", text))  # noqa: S314 (written by our own engine)
    except ElementTree.ParseError as error:
        raise NotDrawn("This chart cannot be drawn.") from error
    for parent in list(root.iter()):
        for child in [child for child in parent if local_name(child) in ("style", "script", "title", "desc")]:
            parent.remove(child)
    known = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    identifiers = {name: f"c{picture.key}-{place}" for place, name in enumerate(known)}
    for element in root.iter():
        inline_style(element, identifiers)
        element.tail = None
    root.text = None
    set_root_attributes(root, picture)
    return ElementTree.tostring(root, encoding="unicode")


def local_name(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def inline_style(element: ElementTree.Element, identifiers: Mapping[str, str]) -> None:
    """Turns styles into attributes, and puts identifiers of this picture's own."""
    said = element.attrib
    for style in said.pop("style", "").split(";"):
        name, found, value = style.partition(":")
        if found and name.strip() != "font-family":
            said[name.strip()] = value.strip()
    for name in [name for name in said if name in REMOVED_ATTRIBUTES or name.startswith("ecmeta")]:
        del said[name]
    if "id" in said:
        said["id"] = identifiers[said["id"]]
    for name, value in said.items():
        if "url(#" in value:
            said[name] = ID_REFERENCE.sub(lambda found: f"url(#{identifiers.get(found[1], found[1])})", value)


def set_root_attributes(root: ElementTree.Element, picture: ChartSpec) -> None:
    """What the drawing is called and says; it fills whatever room it is given."""
    root.set("class", "chart")
    root.set("role", "img")
    root.set("font-family", FONT_FAMILIES)
    root.set("width", "100%")
    root.set("height", "100%")
    root.set("preserveAspectRatio", "xMidYMid meet")
    for place, (name, text) in enumerate((("title", picture.title), ("desc", picture.description))):
        if text:
            element = ElementTree.Element(f"{{{SVG_NAMESPACE}}}{name}")
            element.text = INVALID_XML_CHARS.sub("", text)
            root.insert(place, element)
