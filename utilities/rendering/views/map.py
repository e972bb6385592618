"""Countries on a map, stronger where there was more, the first of them by name."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from utilities.model.frames import Frame
from utilities.rendering.charts import Picture
from utilities.rendering.charts.choropleth import Options, least, mapped
from utilities.rendering.layout import Box
from utilities.rendering.views import View

OPTIONS = TypeAdapter(Options)


def prepare(frame: Frame, box: Box, options: Mapping[str, Any]) -> Picture | None:
    return mapped(frame, box, OPTIONS.validate_python(options))


VIEW = View("map", prepare, least, Options)
