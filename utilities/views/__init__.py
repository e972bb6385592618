"""Views: how a frame is drawn. Each module here exports `VIEW: View`; its template has the same stem."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from utilities.frames import Frame


@dataclass(frozen=True)
class Box:
    """The room a view has on the sheet, in px of a 1920 × 1080 screen, and the type it must use."""

    width: float
    height: float
    text: float  # font size of text, px
    figure: float  # font size of figures in a table, px


@dataclass(frozen=True)
class View:
    """What a module in this folder exports."""

    name: str
    prepare: Callable[[Frame, Box, Mapping[str, Any]], object]  # what templates/views/<name>.html is handed as `it`
    least: Callable[[Box], tuple[float, float]]  # the smallest width and height at which it is legible, px
