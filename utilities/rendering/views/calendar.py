"""Days by weeks and weekdays, stronger where there was more."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from utilities.model.frames import Frame
from utilities.rendering.charts import Picture
from utilities.rendering.charts.heatmap import Options, dated, least
from utilities.rendering.layout import Box
from utilities.rendering.views import View

OPTIONS = TypeAdapter(Options)


def prepare(frame: Frame, box: Box, options: Mapping[str, Any]) -> Picture | None:
    return dated(frame, box, OPTIONS.validate_python(options))


VIEW = View("calendar", prepare, least, Options)
