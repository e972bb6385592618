"""Days by weeks and weekdays, stronger where there was more."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from utilities.charts import Picture
from utilities.charts.cells import Options, dated, least
from utilities.frames import Frame
from utilities.sheet import Box
from utilities.views import View

OPTIONS = TypeAdapter(Options)


def prepare(frame: Frame, box: Box, options: Mapping[str, Any]) -> Picture | None:
    return dated(frame, box, OPTIONS.validate_python(options))


VIEW = View("calendar", prepare, least, Options)
