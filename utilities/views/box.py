"""How figures spread: quartiles, median and both ends."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from utilities.charts import Picture
from utilities.charts.boxes import Options, boxed, least
from utilities.frames import Frame
from utilities.sheet import Box
from utilities.views import View

OPTIONS = TypeAdapter(Options)


def prepare(frame: Frame, box: Box, options: Mapping[str, Any]) -> Picture | None:
    return boxed(frame, box, OPTIONS.validate_python(options))


VIEW = View("box", prepare, least, Options)
