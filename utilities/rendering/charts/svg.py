"""Converts ECharts' SVG to ours: presentation attributes only, and a title for screen readers."""

import re
from collections.abc import Mapping
from xml.etree import ElementTree

from utilities.model.errors import NotDrawn
from utilities.rendering.charts import ChartSpec

SVG_NAMESPACE = "http://www.w3.org/2000/svg"
FONT_FAMILIES = "Inter, Arial, sans-serif"
INVALID_XML_CHARS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")  # no XML may hold these
REMOVED_ATTRIBUTES = frozenset({"class", "pointer-events", "baseProfile", "version"})
"""Attributes that only an interactive chart needs."""

ID_REFERENCE = re.compile(r"url\(#([^)]+)\)")

ElementTree.register_namespace("", SVG_NAMESPACE)


def clean_svg(text: str, spec: ChartSpec) -> str:
    """Returns the SVG for a page; raises NotDrawn when the text is not SVG.

    The content security policy forbids `style` attributes and `<style>`. Identifiers carry the chart's key, because
    a page may hold several charts, and are numbered from 0 in each, so that equal specs give equal SVG.
    """
    try:
        root = ElementTree.fromstring(INVALID_XML_CHARS.sub("", text))  # noqa: S314 (written by our own engine)
    except ElementTree.ParseError as error:
        raise NotDrawn("This chart cannot be drawn.") from error
    for parent in list(root.iter()):
        for child in [child for child in parent if local_name(child) in ("style", "script", "title", "desc")]:
            parent.remove(child)
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    identifiers = {name: f"c{spec.key}-{place}" for place, name in enumerate(ids)}
    for element in root.iter():
        inline_style(element, identifiers)
        element.tail = None
    root.text = None
    set_root_attributes(root, spec)
    return ElementTree.tostring(root, encoding="unicode")


def local_name(element: ElementTree.Element) -> str:
    """Returns the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def inline_style(element: ElementTree.Element, identifiers: Mapping[str, str]) -> None:
    """Turns the style of an element into attributes and replaces its identifiers."""
    attributes = element.attrib
    for style in attributes.pop("style", "").split(";"):
        name, colon, value = style.partition(":")
        if colon and name.strip() != "font-family":
            attributes[name.strip()] = value.strip()
    for name in [name for name in attributes if name in REMOVED_ATTRIBUTES or name.startswith("ecmeta")]:
        del attributes[name]
    if "id" in attributes:
        attributes["id"] = identifiers[attributes["id"]]
    for name, value in attributes.items():
        if "url(#" in value:
            attributes[name] = ID_REFERENCE.sub(lambda match: f"url(#{identifiers.get(match[1], match[1])})", value)


def set_root_attributes(root: ElementTree.Element, spec: ChartSpec) -> None:
    """Sets the title and description, and lets the chart fill the room of its parent."""
    root.set("class", "chart")
    root.set("role", "img")
    root.set("font-family", FONT_FAMILIES)
    root.set("width", "100%")
    root.set("height", "100%")
    root.set("preserveAspectRatio", "xMinYMid meet")
    for place, (name, text) in enumerate((("title", spec.title), ("desc", spec.description))):
        if text:
            element = ElementTree.Element(f"{{{SVG_NAMESPACE}}}{name}")
            element.text = INVALID_XML_CHARS.sub("", text)
            root.insert(place, element)
