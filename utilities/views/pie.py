"""Parts of a whole, as a ring with names."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from utilities.charts import Picture
from utilities.charts.slices import Options, least, sliced
from utilities.frames import Frame
from utilities.sheet import Box
from utilities.views import View

OPTIONS = TypeAdapter(Options)


def prepare(frame: Frame, box: Box, options: Mapping[str, Any]) -> Picture | None:
    return sliced(frame, box, OPTIONS.validate_python(options))


VIEW = View("pie", prepare, least, Options)
