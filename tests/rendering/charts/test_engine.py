"""The chart engine: limits on time and memory, and recovery after a failure."""

from contextlib import suppress

import pytest

from tests.rendering.charts.gallery import picture
from tests.rendering.charts.states import DAYS
from utilities.model.errors import NotDrawn
from utilities.rendering.charts import ChartSpec
from utilities.rendering.charts.engine import MAX_HEAP_BYTES, ChartEngine
from utilities.rendering.charts.svg import clean_svg


def slow_chart() -> ChartSpec:
    spec = picture("line", DAYS["10,000 points"])
    assert spec is not None
    return spec


def small_chart(width: int = 300) -> ChartSpec:
    return ChartSpec('{"xAxis":{},"yAxis":{},"series":[{"type":"line","data":[[0,1],[1,2]]}]}', width, 200)


@pytest.mark.slow
@pytest.mark.parametrize("bound", [{"deadline": 0.001}, {"memory": 1024 * 1024}], ids=["time", "memory"])
def test_chart_that_takes_too_much_fails_and_the_next_is_drawn(bound: dict[str, float]):
    engine = ChartEngine(**bound)  # type: ignore[arg-type]
    with pytest.raises(NotDrawn):
        engine.draw(slow_chart())
    engine.deadline, engine.memory = 30.0, MAX_HEAP_BYTES
    assert "<svg" in engine.draw(slow_chart())
    engine.discard_context()


def draw_cleaned(engine: ChartEngine) -> str:
    return clean_svg(engine.draw(small_chart()), small_chart())


def test_invalid_option_fails_and_the_next_chart_is_drawn(engine: ChartEngine):
    before = draw_cleaned(engine)
    with pytest.raises(NotDrawn):
        engine.draw(ChartSpec("{", 300, 200))
    assert draw_cleaned(engine) == before


def test_name_of_the_object_prototype_changes_no_other_chart(engine: ChartEngine):
    before = draw_cleaned(engine)
    bars = '{"name":"__proto__","type":"bar","data":[1,2]}'
    odd = f'{{"xAxis":{{"data":["__proto__","b"]}},"yAxis":{{}},"legend":{{}},"series":[{bars}]}}'
    with suppress(NotDrawn):
        engine.draw(ChartSpec(odd, 300, 200))
    assert draw_cleaned(engine) == before
