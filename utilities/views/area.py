"""Lines over time, the first of them filled down to nothing."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from utilities.charts import Picture
from utilities.charts.lines import Options, least, lined
from utilities.frames import Frame
from utilities.sheet import Box
from utilities.views import View

OPTIONS = TypeAdapter(Options)


def prepare(frame: Frame, box: Box, options: Mapping[str, Any]) -> Picture | None:
    return lined(frame, box, OPTIONS.validate_python(options), filled=True)


VIEW = View("area", prepare, least, Options)
