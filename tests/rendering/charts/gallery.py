"""`python -m tests.rendering.charts.gallery` draws docs/gallery: each state, dark and light; a test compares."""

from pathlib import Path
from xml.etree import ElementTree

from tests.rendering.charts.states import BY_VIEW, OPTIONS
from utilities.config.discovery import discover_units
from utilities.model.frames import Frame
from utilities.rendering import views
from utilities.rendering.charts import ChartSpec
from utilities.rendering.charts.colours import COLOURS_BY_THEME, recolour_svg
from utilities.rendering.charts.engine import ChartEngine
from utilities.rendering.charts.svg import SVG_NAMESPACE, clean_svg
from utilities.rendering.layout import Box
from utilities.rendering.views import View

FOLDER = Path(__file__).parents[3] / "docs" / "gallery"
VIEWS = {view.name: view for view in discover_units(views, "VIEW", View)}
BOX = Box(440, 250, 18, 23)
SPACING, HEAD = 24, 26
UNDRAWN = "nothing to draw: the table of its figures"


def picture(view: str, frame: Frame, box: Box = BOX) -> ChartSpec | None:
    its = VIEWS[view]
    draw = its.build_trend if its.draws_trend else its.build_content  # a number's sparkline
    spec = draw(frame, box, choices(view, frame))
    assert spec is None or isinstance(spec, ChartSpec)
    return spec


def choices(view: str, frame: Frame) -> dict[str, object]:
    """What a board file would say to see all of the frame."""
    several = [c.key for c in frame.columns[1:] if not c.is_previous][:4]
    return {"series": several} if view in ("line", "area", "bar") else OPTIONS.get(view, {})


def sheet(view: str, engine: ChartEngine) -> str:
    """All states of a view, one below the other: dark on the left, light on the right."""
    parts = []
    for place, (state, frame) in enumerate(BY_VIEW[view].items()):
        spec = picture(view, frame)
        svg = clean_svg(engine.draw(spec), spec) if spec else None
        parts += [placed(state, svg, theme, place) for theme in COLOURS_BY_THEME]
    wide = 2 * (BOX.width + 2 * SPACING)
    high = len(BY_VIEW[view]) * (BOX.height + HEAD + SPACING) + SPACING
    halves = (
        f'<rect x="{at * wide / 2:g}" width="{wide / 2:g}" height="{high:g}" fill="{colours.ground}"/>'
        for at, colours in enumerate(COLOURS_BY_THEME.values())
    )
    size = f'width="{wide:g}" height="{high:g}" viewBox="0 0 {wide:g} {high:g}"'
    start = f'<svg xmlns="{SVG_NAMESPACE}" {size} font-family="Inter, Arial, sans-serif">'
    text = f"{start}{''.join(halves)}{''.join(parts)}</svg>\n"
    ElementTree.fromstring(text)
    return text


def placed(state: str, svg: str | None, theme: str, place: int) -> str:
    colours = COLOURS_BY_THEME[theme]
    left = SPACING + list(COLOURS_BY_THEME).index(theme) * (BOX.width + 2 * SPACING)
    top = SPACING + place * (BOX.height + HEAD + SPACING)
    label = state if svg else f"{state}: {UNDRAWN}"
    named = f'<text x="{left:g}" y="{top + 12:g}" font-size="13" fill="{colours.quiet}">{label}</text>'
    if svg is None:
        return named
    inner = recolour_svg(svg, theme).replace(
        'width="100%" height="100%"', f'width="{BOX.width:g}" height="{BOX.height:g}"'
    )
    if theme == "light":
        inner = inner.replace('id="c', 'id="l').replace("url(#c", "url(#l")
    return f'{named}<svg x="{left:g}" y="{top + HEAD:g}" width="{BOX.width:g}" height="{BOX.height:g}">{inner}</svg>'


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    engine = ChartEngine()
    for view in BY_VIEW:
        (FOLDER / f"{view}.svg").write_text(sheet(view, engine), encoding="utf-8")
    engine.discard_context()


if __name__ == "__main__":
    main()
