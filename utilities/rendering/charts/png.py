"""Converts SVG to PNG, for mail and chat programs that show no SVG. It runs in a process of its own (drawing.py)."""

from functools import cache
from pathlib import Path

from resvg_py import svg_to_bytes

from utilities.model.errors import NotDrawn

TTF_FOLDER = Path(__file__).parents[3] / "static" / "fonts" / "ttf"
SYSTEM_FONT_FOLDERS = tuple(Path(folder) for folder in ("/usr/share/fonts", "/usr/local/share/fonts"))
FONT_SUFFIXES = (".ttf", ".otf", ".ttc")
MAX_SYSTEM_FONTS = 200
PNG_ZOOM = 2.0  # px for each px of the SVG


def render_png(svg: str, zoom: float = PNG_ZOOM) -> bytes:
    """Returns the PNG; raises NotDrawn. Keeps the interpreter's lock until it is drawn."""
    unclipped = svg.replace('<svg x="', '<svg overflow="visible" x="')  # clipping takes a third of the time
    try:
        return bytes(
            svg_to_bytes(
                svg_string=unclipped,
                zoom=zoom,
                skip_system_fonts=True,
                font_files=list(font_files()),
                sans_serif_family="Inter",
            )
        )
    except ValueError as error:
        raise NotDrawn("This chart cannot be drawn as PNG.") from error


@cache
def font_files() -> tuple[str, ...]:
    """Returns the files of Inter, then those of the system for other alphabets; serif fonts come last."""
    system = [path for folder in SYSTEM_FONT_FOLDERS for path in folder.rglob("*") if path.suffix in FONT_SUFFIXES]
    plain = sorted(system, key=lambda path: (any(word in path.name for word in ("Serif", "Mono")), path.name))
    return tuple(str(path) for path in (*sorted(TTF_FOLDER.glob("*.ttf")), *plain[:MAX_SYSTEM_FONTS]))
