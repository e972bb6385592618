"""Lines over time: several series, each with its last figure, the period before dashed."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from utilities.model.frames import Frame
from utilities.rendering.charts import Picture
from utilities.rendering.charts.line import Options, least, lined
from utilities.rendering.layout import Box
from utilities.rendering.views import View

OPTIONS = TypeAdapter(Options)


def prepare(frame: Frame, box: Box, options: Mapping[str, Any]) -> Picture | None:
    return lined(frame, box, OPTIONS.validate_python(options), filled=False)


VIEW = View("line", prepare, least, Options)
