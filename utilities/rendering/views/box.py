"""How figures spread: quartiles, median and both ends."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from utilities.model.frames import Frame
from utilities.rendering.charts import Picture
from utilities.rendering.charts.boxplot import Options, boxed, least
from utilities.rendering.layout import Box
from utilities.rendering.views import View

OPTIONS = TypeAdapter(Options)


def prepare(frame: Frame, box: Box, options: Mapping[str, Any]) -> Picture | None:
    return boxed(frame, box, OPTIONS.validate_python(options))


VIEW = View("box", prepare, least, Options)
