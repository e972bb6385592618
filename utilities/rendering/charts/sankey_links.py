"""Links and titles in a drawing of flows: each node is a link to its page, each band says what it is."""

import re
from collections.abc import Callable, Sequence
from html import escape
from itertools import groupby

from utilities.rendering.charts.sankey import SankeyChart, SankeyLink, SankeyNode

PATH_ELEMENT = re.compile(r"<path [^>]*/>")
TEXT_ELEMENT = re.compile(r"<text [^>]*>[^<]*</text>")
TRANSFORM = re.compile(r'transform="([^"]*)"')


def add_sankey_links(
    svg: str, drawn: SankeyChart, href: Callable[[str], str], say: Callable[[SankeyLink | SankeyNode], str]
) -> str:
    """The drawing with links; `href` of a name is '' where there is nothing to go to.

    ECharts draws the bands first, then the nodes, then their names, each in the order they were given; the links are
    not reached with the Tab key, for a table beside the drawing has the same.
    """
    paths, texts = list(PATH_ELEMENT.finditer(svg)), list(TEXT_ELEMENT.finditer(svg))
    bands, nodes = paths[: len(drawn.links)], paths[len(drawn.links) : len(drawn.links) + len(drawn.nodes)]
    names = [list(group) for _, group in groupby(texts, key=lambda text: read_transform(text[0]))][: len(drawn.nodes)]
    if len(nodes) < len(drawn.nodes) or len(names) < len(drawn.nodes):
        return svg
    changes: list[tuple[int, int, str]] = []
    for found, link in zip(bands, drawn.links, strict=True):
        changes.append((*found.span(), f'<g class="band"><title>{escape(say(link))}</title>{found[0]}</g>'))
    for found, words, node in zip(nodes, names, drawn.nodes, strict=True):
        changes.append((*found.span(), wrap_in_link(found[0], node, href, say)))
        whole = svg[words[0].start() : words[-1].end()]
        changes.append((words[0].start(), words[-1].end(), wrap_in_link(whole, node, href, say)))
    return replace_spans(svg, changes)


def read_transform(text: str) -> str:
    found = TRANSFORM.search(text)
    return found[1] if found else ""


def wrap_in_link(
    inside: str, node: SankeyNode, href: Callable[[str], str], say: Callable[[SankeyLink | SankeyNode], str]
) -> str:
    title, address = f"<title>{escape(say(node))}</title>", href(node.name)
    if not address:
        return f"<g>{title}{inside}</g>"
    return f'<a href="{escape(address)}" tabindex="-1">{title}{inside}</a>'


def replace_spans(text: str, changes: Sequence[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for start, end, new in sorted(changes):
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])
