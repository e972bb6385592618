"""Links and titles in a sankey chart: each node links to its page, each band has a title."""

import re
from collections.abc import Callable, Sequence
from html import escape
from itertools import groupby

from utilities.rendering.charts.sankey import SankeyChart, SankeyLink, SankeyNode

PATH_ELEMENT = re.compile(r"<path [^>]*/>")
TEXT_ELEMENT = re.compile(r"<text [^>]*>[^<]*</text>")
TRANSFORM = re.compile(r'transform="([^"]*)"')


def add_sankey_links(
    svg: str, chart: SankeyChart, href: Callable[[str], str], format_title: Callable[[SankeyLink | SankeyNode], str]
) -> str:
    """Returns the SVG with links; `href` returns '' for a name without a page.

    ECharts draws the bands first, then the nodes, then their names, each in the order of the spec. The Tab key skips
    the links, because the table next to the chart has the same ones.
    """
    paths, texts = list(PATH_ELEMENT.finditer(svg)), list(TEXT_ELEMENT.finditer(svg))
    bands, nodes = paths[: len(chart.links)], paths[len(chart.links) : len(chart.links) + len(chart.nodes)]
    names = [list(group) for _, group in groupby(texts, key=lambda text: read_transform(text[0]))][: len(chart.nodes)]
    if len(nodes) < len(chart.nodes) or len(names) < len(chart.nodes):
        return svg
    changes: list[tuple[int, int, str]] = []
    for match, link in zip(bands, chart.links, strict=True):
        changes.append((*match.span(), f'<g class="band"><title>{escape(format_title(link))}</title>{match[0]}</g>'))
    for match, label, node in zip(nodes, names, chart.nodes, strict=True):
        changes.append((*match.span(), wrap_in_link(match[0], node, href, format_title)))
        start, end = label[0].start(), label[-1].end()
        changes.append((start, end, wrap_in_link(svg[start:end], node, href, format_title)))
    return replace_spans(svg, changes)


def read_transform(text: str) -> str:
    """Returns the transform of an element, or ''."""
    match = TRANSFORM.search(text)
    return match[1] if match else ""


def wrap_in_link(
    content: str, node: SankeyNode, href: Callable[[str], str], format_title: Callable[[SankeyLink | SankeyNode], str]
) -> str:
    title, address = f"<title>{escape(format_title(node))}</title>", href(node.name)
    if not address:
        return f"<g>{title}{content}</g>"
    return f'<a href="{escape(address)}" tabindex="-1">{title}{content}</a>'


def replace_spans(text: str, changes: Sequence[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for start, end, new in sorted(changes):
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])
