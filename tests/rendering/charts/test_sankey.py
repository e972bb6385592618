"""Sankey charts: small pages are merged, sides stay apart, and names are not templates."""

from utilities.model.frames import REST_NAME, Column, Frame, ValueKind
from utilities.rendering.charts.engine import ChartEngine
from utilities.rendering.charts.sankey import SankeyLink, sankey
from utilities.rendering.charts.sankey_links import add_sankey_links
from utilities.rendering.charts.svg import clean_svg
from utilities.rendering.layout import Box
from utilities.rendering.views.sankey import VIEW

DESK = Box(960, 420, 14, 16)


def frame(*rows: tuple[str, str, int | None]) -> Frame:
    columns = (
        Column("landing", "L", ValueKind.TEXT),
        Column("exit", "E", ValueKind.TEXT),
        Column("visits", "V", ValueKind.INTEGER),
    )
    return Frame(columns, rows)


def test_small_pages_are_merged_and_sums_stay():
    links = [SankeyLink(f"/{a}", f"/{b}", a == b, 10 * a + b + 1) for a in range(9) for b in range(9)]
    chart = sankey(links, DESK, 3, group_names=("DE", "the rest"))
    assert chart is not None
    assert [node.name for node in chart.nodes] == ["/8", "/7", "/6", REST_NAME] * 2
    assert sum(link.value for link in chart.links) == sum(link.value for link in links)
    for side in (0, 1):
        assert sum(node.value for node in chart.nodes if node.side == side) == sum(link.value for link in links)
    assert sum(link.value for link in chart.links if link.highlighted) == sum(
        link.value for link in links if link.highlighted
    )


def test_nothing_to_draw_is_a_table():
    for each in (frame(), frame(("/", "/", 0)), frame(("/", "/", None)), frame(("/", "/", -4))):
        assert VIEW.build_content(each, DESK, {}) is None


def test_every_node_is_a_link_and_every_band_has_a_title(engine: ChartEngine):
    names = ["/", "{a} {b|c}", '<script>"&', "__proto__", "x" * 300]
    chart = sankey([SankeyLink(a, b, False, 3) for a in names for b in names], DESK, 5)
    assert chart is not None
    plain = clean_svg(engine.draw(chart.spec), chart.spec)
    svg = add_sankey_links(plain, chart, lambda name: f"/flow?node={name}", str)
    assert svg.count("<title>") == 25 + 2 * 10
    assert svg.count("<a href=") == 2 * 10
    assert "<script" not in svg
    assert "style=" not in svg
    assert ">(a) (b¦c)</text>" in svg
