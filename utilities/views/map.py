"""Countries on a map, stronger where there was more, the first of them by name."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from utilities.charts import Picture
from utilities.charts.maps import Options, least, mapped
from utilities.frames import Frame
from utilities.sheet import Box
from utilities.views import View

OPTIONS = TypeAdapter(Options)


def prepare(frame: Frame, box: Box, options: Mapping[str, Any]) -> Picture | None:
    return mapped(frame, box, OPTIONS.validate_python(options))


VIEW = View("map", prepare, least, Options)
