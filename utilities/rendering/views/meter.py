"""A figure towards its goal, with the pace it would need."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from utilities.model.frames import Frame
from utilities.rendering.charts import Picture
from utilities.rendering.charts.gauge import Options, least, metered
from utilities.rendering.layout import Box
from utilities.rendering.views import View

OPTIONS = TypeAdapter(Options)


def prepare(frame: Frame, box: Box, options: Mapping[str, Any]) -> Picture | None:
    return metered(frame, box, OPTIONS.validate_python(options))


VIEW = View("meter", prepare, least, Options)
