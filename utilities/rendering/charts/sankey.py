"""Sankey charts: flows from pages on the left to pages on the right; further pages are one node."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from utilities.model.frames import REST_NAME, ValueKind
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import Option, base_option, text_element
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.labels import one_line, shorten_middle, shorten_spoken
from utilities.rendering.charts.number_formats import format_short
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width

MAX_PAGES_A_SIDE = 20  # pages on each side, besides the merged ones
NAME_DISTANCE_EM = 1.3  # between the middles of two names, in em of text
SIDE_TITLE_EM = 1.9  # the titles of the sides, in em of text
COLOUR_LEGEND_EM = 1.9  # the names of the colours, in em of text
MAX_SIDE_WIDTH = 0.38  # of the width, for the names on each side
NODE_WIDTH_EM = 0.5  # width of a node, in em of text
NODE_GAP_EM = 0.4  # between a node and its name, and between name and figure, in em of text
THIN_SHARE, THIN_OPACITY = 0.004, 0.5  # of all visits in a band, and of the opacity of wider ones
SIDE_TITLES = ("Came in at", "Left from")


@dataclass(frozen=True, slots=True)
class SankeyLink:
    """How many visits go from one page to another; highlighted ones have a colour of their own."""

    landing: str
    exit: str
    highlighted: bool
    value: float


@dataclass(frozen=True, slots=True)
class SankeyNode:
    """A page on one side, and the sum of its links."""

    side: int  # 0 is left
    name: str
    value: float

    @property
    def id(self) -> str:
        return f"{'lr'[self.side]}:{self.name}"


@dataclass(frozen=True)
class SankeyChart:
    """A chart of flows, and its links and nodes in drawing order."""

    spec: ChartSpec
    links: tuple[SankeyLink, ...]
    nodes: tuple[SankeyNode, ...]


def sankey(
    all_links: Sequence[SankeyLink],
    box: Box,
    most: int,
    *,
    sides: tuple[str, str] = SIDE_TITLES,
    group_names: tuple[str, str] | None = None,
    format_value: Callable[[float], str] = lambda value: format_short(value, ValueKind.INTEGER),
) -> SankeyChart | None:
    """Returns the chart, or None without links; `group_names` are those of highlighted links and of the others."""
    foot = COLOUR_LEGEND_EM * box.text if group_names else 0.0
    room = box.height - SIDE_TITLE_EM * box.text - foot
    fit = max(1, int(0.62 * room / (NAME_DISTANCE_EM * box.text)))
    links = tuple(merge_links(all_links, min(most, fit)))
    if not links:
        return None
    thin = THIN_SHARE * sum(link.value for link in links)
    nodes = tuple(node for side in (0, 1) for node in build_nodes(links, side))
    side_width = min(
        MAX_SIDE_WIDTH * box.width,
        21 * box.text,
        max(node_label_width(node, box, format_value) for node in nodes) + NODE_GAP_EM * box.text,
    )
    option = base_option(box) | {
        "graphic": [
            *side_title_elements(sides, side_width, box),
            *(colour_legend(links, group_names, box, format_value) if group_names else ()),
        ],
        "series": [
            {
                "type": "sankey",
                "silent": True,
                "draggable": False,
                "emphasis": {"disabled": True},
                "layoutIterations": 0,
                "left": side_width,
                "right": side_width,
                "top": SIDE_TITLE_EM * box.text,
                "bottom": foot + 0.3 * box.text,
                "nodeWidth": NODE_WIDTH_EM * box.text,
                "nodeGap": NAME_DISTANCE_EM * box.text,
                "data": [
                    node_data(node, side_width, box, format_value, two_groups=group_names is not None) for node in nodes
                ],
                "links": [link_data(each, two_groups=bool(group_names), is_thin=each.value < thin) for each in links],
            }
        ],
    }
    return SankeyChart(build_chart_spec(option, box, describe_links(links, format_value)), links, nodes)


def merge_links(all_links: Sequence[SankeyLink], most: int) -> Iterator[SankeyLink]:
    """Yields one link for each pair and colour, largest first; pages beyond the first `most` of a side are merged."""
    largest: list[set[str]] = []
    for side in (0, 1):
        sums: Counter[str] = Counter()
        for link in all_links:
            if link.value > 0 and (name := (link.landing, link.exit)[side]) != REST_NAME:
                sums[name] += link.value  # type: ignore[assignment]
        largest.append({name for name, _ in sorted(sums.items(), key=lambda each: (-each[1], each[0]))[:most]})
    pairs: Counter[tuple[str, str, bool]] = Counter()
    for link in all_links:
        if link.value > 0:
            landing = link.landing if link.landing in largest[0] else REST_NAME
            exit_ = link.exit if link.exit in largest[1] else REST_NAME
            pairs[landing, exit_, link.highlighted] += link.value  # type: ignore[assignment]
    for (landing, exit_, highlighted), value in sorted(
        pairs.items(), key=lambda each: (not each[0][2], -each[1], each[0])
    ):
        yield SankeyLink(landing, exit_, highlighted, value)


def build_nodes(links: Sequence[SankeyLink], side: int) -> list[SankeyNode]:
    """Returns the pages of one side, largest first and the merged ones last."""
    sums: Counter[str] = Counter()
    for link in links:
        sums[(link.landing, link.exit)[side]] += link.value  # type: ignore[assignment]
    ordered = sorted(sums.items(), key=lambda each: (each[0] == REST_NAME, -each[1], each[0]))
    return [SankeyNode(side, name, value) for name, value in ordered]


def node_label_width(node: SankeyNode, box: Box, format_value: Callable[[float], str]) -> float:
    return text_width(node.name, box.text) + NODE_GAP_EM * box.text + node_value_width(node, box, format_value)


def node_value_width(node: SankeyNode, box: Box, format_value: Callable[[float], str]) -> float:
    return text_width(format_value(node.value), box.text, weight=600, tabular=True) + NODE_GAP_EM * box.text


def node_data(
    node: SankeyNode, side_width: float, box: Box, format_value: Callable[[float], str], *, two_groups: bool
) -> Option:
    """Returns a node with its name and its sum; its colour is neutral when the links show two groups."""
    room = side_width - node_value_width(node, box, format_value) - NODE_GAP_EM * box.text
    name = "{n|" + escape_rich_text(shorten_middle(node.name, box.text, room)) + "}"
    sum_ = "{f|" + format_value(node.value) + "}"
    gap = NODE_GAP_EM * box.text
    colour = DARK.title if two_groups else DARK.quiet if node.name == REST_NAME else DARK.accent
    return {
        "name": node.id,
        "depth": node.side,
        "itemStyle": {"color": colour, "borderWidth": 0},
        "label": {
            "position": "right" if node.side else "left",
            "distance": gap,
            "formatter": sum_ + name if node.side else name + sum_,
            "textBorderWidth": 0,
            "rich": {
                "n": {"fontSize": box.text, "color": DARK.title, "textBorderWidth": 0},
                "f": {
                    "fontSize": box.text,
                    "fontWeight": 600,
                    "color": DARK.ink,
                    "textBorderWidth": 0,
                    "padding": [0, gap, 0, 0] if node.side else [0, 0, 0, gap],
                },
            },
        },
    }


def escape_rich_text(text: str) -> str:
    """Returns the text on one line, without characters of ECharts' templates."""
    return one_line(text).replace("{", "(").replace("}", ")").replace("|", "¦")


def link_data(link: SankeyLink, *, two_groups: bool, is_thin: bool) -> Option:
    """Returns a band; thin ones are faint, so that many of them do not hide the others."""
    quiet = (two_groups or REST_NAME in (link.landing, link.exit)) and not link.highlighted
    opacity = (0.24 if quiet else 0.42) * (THIN_OPACITY if is_thin else 1)
    style = {"color": DARK.quiet if quiet else DARK.accent, "opacity": opacity, "curveness": 0.5}
    return {"source": f"l:{link.landing}", "target": f"r:{link.exit}", "value": link.value, "lineStyle": style}


def side_title_elements(sides: tuple[str, str], side_width: float, box: Box) -> Iterator[Option]:
    """Yields the titles of the sides, each above its nodes."""
    edge = side_width + NODE_WIDTH_EM * box.text
    for text, right in zip(sides, (False, True), strict=True):
        fits = text_width(text, box.text) <= edge
        left = (box.width - edge if fits else box.width) if right else (edge if fits else 0.0)
        at = "left top" if fits == right else "right top"
        words = shorten_middle(text, box.text, 0.48 * box.width)
        yield text_element(words, left, 0.1 * box.text, box.text, DARK.quiet, at=at) | {"z": 100}


def colour_legend(
    links: Sequence[SankeyLink], group_names: tuple[str, str], box: Box, format_value: Callable[[float], str]
) -> Iterator[Option]:
    """Yields the name of each colour, and its share of all."""
    total = sum(link.value for link in links)
    highlighted = sum(link.value for link in links if link.highlighted)
    y, left, size = box.height - 1.2 * box.text, 0.0, 0.7 * box.text
    for name, value, colour in (
        (group_names[0], highlighted, DARK.accent),
        (group_names[1], total - highlighted, DARK.quiet),
    ):
        text = shorten_middle(f"{format_share(value, total)} {name}", box.text, 0.5 * box.width - 2 * box.text)
        shape = {"x": left, "y": y + 0.2 * box.text, "width": size, "height": size}
        yield {"type": "rect", "silent": True, "z": 100, "shape": shape, "style": {"fill": colour}}
        yield text_element(text, left + box.text, y, box.text, DARK.ink) | {"z": 100}
        left += text_width(text, box.text) + 2.5 * box.text


def format_share(value: float, total: float) -> str:
    """Returns `34%`; 0% and 100% only when they are exact."""
    part = 100 * value / total if total else 0.0
    return "<1%" if 0 < part < 1 else ">99%" if 99 < part < 100 else f"{part:.0f}%"


def describe_links(links: Sequence[SankeyLink], format_value: Callable[[float], str], most: int = 12) -> str:
    """Returns the largest links as a sentence for screen readers."""
    pairs = [
        f"{shorten_spoken(link.landing)} to {shorten_spoken(link.exit)} {format_value(link.value)}"
        for link in links[:most]
    ]
    return f"{', '.join(pairs)}{' and more' if len(links) > most else ''}."


def min_size(box: Box) -> tuple[float, float]:
    """Returns the room for three pages on each side, with short names and their sums."""
    return 18 * box.text, (SIDE_TITLE_EM + 3 * NAME_DISTANCE_EM / 0.62) * box.text
