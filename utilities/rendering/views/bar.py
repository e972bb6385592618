"""Bars, longest names and all: lying, or standing along days."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from utilities.model.frames import Frame
from utilities.rendering.charts import Picture
from utilities.rendering.charts.bar import Options, barred, least
from utilities.rendering.layout import Box
from utilities.rendering.views import View

OPTIONS = TypeAdapter(Options)


def prepare(frame: Frame, box: Box, options: Mapping[str, Any]) -> Picture | None:
    return barred(frame, box, OPTIONS.validate_python(options), stacked=False)


VIEW = View("bar", prepare, least, Options)
