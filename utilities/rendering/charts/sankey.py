"""Flows from pages on the left to pages on the right, as wide as they are large; the rest of the pages as one."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from utilities.model.frames import ValueKind
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import Option, base_option, text_element
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.labels import OTHER_NAME, one_line, shorten_middle, shorten_spoken
from utilities.rendering.charts.number_formats import format_short
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width

MAX_PAGES_A_SIDE = 20  # pages on each side, the rest not among them
NAME_DISTANCE_EM = 1.3  # between the middles of two names, in em of text
SIDE_TITLE_EM = 1.9  # what the sides are called, in em of text
COLOUR_LEGEND_EM = 1.9  # what the colours mean, in em of text
MAX_SIDE_WIDTH = 0.38  # of the width, for the names on each side
NODE_WIDTH_EM = 0.5  # width of a node, in em of text
NODE_GAP_EM = 0.4  # between a node and its name, and between name and figure, in em of text
SIDE_TITLES = ("Came in at", "Left from")


@dataclass(frozen=True, slots=True)
class SankeyLink:
    """How many go from one page to another; `chosen` are set apart by colour."""

    landing: str
    exit: str
    highlighted: bool
    value: float


@dataclass(frozen=True, slots=True)
class SankeyNode:
    """A page on one side, and the sum of what begins or ends there."""

    side: int  # 0 is left
    name: str
    value: float

    @property
    def id(self) -> str:
        return f"{'lr'[self.side]}:{self.name}"


@dataclass(frozen=True)
class SankeyChart:
    """A picture of flows, and what stands in it in the order of the drawing."""

    spec: ChartSpec
    links: tuple[SankeyLink, ...]
    nodes: tuple[SankeyNode, ...]


def sankey(
    found: Sequence[SankeyLink],
    box: Box,
    most: int,
    *,
    sides: tuple[str, str] = SIDE_TITLES,
    called: tuple[str, str] | None = None,
    say: Callable[[float], str] = lambda value: format_short(value, ValueKind.INTEGER),
) -> SankeyChart | None:
    """What is chosen and what is not is `called` so, when there is anything to tell apart; None without links."""
    foot = COLOUR_LEGEND_EM * box.text if called else 0.0
    room = box.height - SIDE_TITLE_EM * box.text - foot
    fit = max(1, int(0.62 * room / (NAME_DISTANCE_EM * box.text)))
    links = tuple(merge_links(found, min(most, fit)))
    if not links:
        return None
    nodes = tuple(node for side in (0, 1) for node in build_nodes(links, side))
    beside = min(
        MAX_SIDE_WIDTH * box.width,
        21 * box.text,
        max(node_label_width(node, box, say) for node in nodes) + NODE_GAP_EM * box.text,
    )
    option = base_option(box) | {
        "graphic": [
            *side_title_elements(sides, beside, box),
            *(colour_legend(links, called, box, say) if called else ()),
        ],
        "series": [
            {
                "type": "sankey",
                "silent": True,
                "draggable": False,
                "emphasis": {"disabled": True},
                "layoutIterations": 0,
                "left": beside,
                "right": beside,
                "top": SIDE_TITLE_EM * box.text,
                "bottom": foot + 0.3 * box.text,
                "nodeWidth": NODE_WIDTH_EM * box.text,
                "nodeGap": NAME_DISTANCE_EM * box.text,
                "data": [node_data(node, beside, box, say, told=called is not None) for node in nodes],
                "links": [link_data(link, told=called is not None) for link in links],
            }
        ],
    }
    return SankeyChart(build_chart_spec(option, box, describe_links(links, say)), links, nodes)


def merge_links(found: Sequence[SankeyLink], most: int) -> Iterator[SankeyLink]:
    """One link for each pair and colour, largest first; pages beyond the `most` on each side are one."""
    kept: list[set[str]] = []
    for side in (0, 1):
        sums: Counter[str] = Counter()
        for link in found:
            if link.value > 0 and (name := (link.landing, link.exit)[side]) != OTHER_NAME:
                sums[name] += link.value  # type: ignore[assignment]
        kept.append({name for name, _ in sorted(sums.items(), key=lambda each: (-each[1], each[0]))[:most]})
    pairs: Counter[tuple[str, str, bool]] = Counter()
    for link in found:
        if link.value > 0:
            landing = link.landing if link.landing in kept[0] else OTHER_NAME
            exit_ = link.exit if link.exit in kept[1] else OTHER_NAME
            pairs[landing, exit_, link.highlighted] += link.value  # type: ignore[assignment]
    for (landing, exit_, chosen), value in sorted(pairs.items(), key=lambda each: (not each[0][2], -each[1], each[0])):
        yield SankeyLink(landing, exit_, chosen, value)


def build_nodes(links: Sequence[SankeyLink], side: int) -> list[SankeyNode]:
    """The pages of one side, largest first and the rest last."""
    sums: Counter[str] = Counter()
    for link in links:
        sums[(link.landing, link.exit)[side]] += link.value  # type: ignore[assignment]
    ordered = sorted(sums.items(), key=lambda each: (each[0] == OTHER_NAME, -each[1], each[0]))
    return [SankeyNode(side, name, value) for name, value in ordered]


def node_label_width(node: SankeyNode, box: Box, say: Callable[[float], str]) -> float:
    return text_width(node.name, box.text) + NODE_GAP_EM * box.text + node_value_width(node, box, say)


def node_value_width(node: SankeyNode, box: Box, say: Callable[[float], str]) -> float:
    return text_width(say(node.value), box.text, weight=600, tabular=True) + NODE_GAP_EM * box.text


def node_data(node: SankeyNode, beside: float, box: Box, say: Callable[[float], str], *, told: bool) -> Option:
    """A node with its name and its sum, which stands next to it; in no colour that tells who where `told` apart."""
    room = beside - node_value_width(node, box, say) - NODE_GAP_EM * box.text
    name = "{n|" + escape_rich_text(shorten_middle(node.name, box.text, room)) + "}"
    sum_ = "{f|" + say(node.value) + "}"
    gap = NODE_GAP_EM * box.text
    colour = DARK.title if told else DARK.quiet if node.name == OTHER_NAME else DARK.accent
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
    """On one line, and nothing that ECharts takes for a template."""
    return one_line(text).replace("{", "(").replace("}", ")").replace("|", "¦")


def link_data(link: SankeyLink, *, told: bool) -> Option:
    quiet = (told and not link.highlighted) or OTHER_NAME in (link.landing, link.exit)
    colour = DARK.quiet if quiet and not link.highlighted else DARK.accent
    return {
        "source": f"l:{link.landing}",
        "target": f"r:{link.exit}",
        "value": link.value,
        "lineStyle": {"color": colour, "opacity": 0.24 if colour == DARK.quiet else 0.42, "curveness": 0.5},
    }


def side_title_elements(sides: tuple[str, str], beside: float, box: Box) -> Iterator[Option]:
    """What the sides are called, each above its nodes."""
    edge = beside + NODE_WIDTH_EM * box.text
    for text, right in zip(sides, (False, True), strict=True):
        fits = text_width(text, box.text) <= edge
        left = (box.width - edge if fits else box.width) if right else (edge if fits else 0.0)
        mark = text_element(
            shorten_middle(text, box.text, 0.48 * box.width), left, 0.1 * box.text, box.text, DARK.quiet
        )
        mark["style"]["textAlign"] = "left" if fits == right else "right"
        yield mark | {"z": 100}


def colour_legend(
    links: Sequence[SankeyLink], called: tuple[str, str], box: Box, say: Callable[[float], str]
) -> Iterator[Option]:
    """What each colour means, and its share of all."""
    whole = sum(link.value for link in links)
    mine = sum(link.value for link in links if link.highlighted)
    y, left, size = box.height - 1.2 * box.text, 0.0, 0.7 * box.text
    for name, value, colour in ((called[0], mine, DARK.accent), (called[1], whole - mine, DARK.quiet)):
        text = shorten_middle(f"{format_share(value, whole)} {name}", box.text, 0.5 * box.width - 2 * box.text)
        shape = {"x": left, "y": y + 0.2 * box.text, "width": size, "height": size}
        yield {"type": "rect", "silent": True, "z": 100, "shape": shape, "style": {"fill": colour}}
        yield text_element(text, left + box.text, y, box.text, DARK.ink) | {"z": 100}
        left += text_width(text, box.text) + 2.5 * box.text


def format_share(value: float, whole: float) -> str:
    """`34%`; nothing is 0% unless it is nothing, and all is 100% only when it is all."""
    part = 100 * value / whole if whole else 0.0
    return "<1%" if 0 < part < 1 else ">99%" if 99 < part < 100 else f"{part:.0f}%"


def describe_links(links: Sequence[SankeyLink], say: Callable[[float], str], most: int = 12) -> str:
    pairs = [
        f"{shorten_spoken(link.landing)} to {shorten_spoken(link.exit)} {say(link.value)}" for link in links[:most]
    ]
    return f"{', '.join(pairs)}{' and more' if len(links) > most else ''}."


def min_size(box: Box) -> tuple[float, float]:
    """Room for three pages on each side, with short names and their sums."""
    return 18 * box.text, (SIDE_TITLE_EM + 3 * NAME_DISTANCE_EM / 0.62) * box.text
