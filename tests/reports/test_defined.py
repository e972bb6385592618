"""Reports that a board file defines."""

from collections.abc import Mapping

import pytest

from utilities.model.errors import BoardError
from utilities.reports import report_from_fields
from utilities.sources.ga4 import SOURCE, Ga4Query


def test_fields_fill_the_ask_of_the_source() -> None:
    report = report_from_fields(
        "cities", "Which cities?", SOURCE, {"dimensions": ["city"], "metrics": ["sessions"], "limit": 5}
    )
    assert report.query == Ga4Query(dimensions=("city",), metrics=("sessions",), limit=5)
    assert report.sources == ("ga4",)


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"metric": ["sessions"]}, "no field 'metric'; it has compare, days, "), ({"limit": "many"}, "limit: ")],
)
def test_a_field_that_is_not_there_or_not_so_is_named(fields: Mapping[str, object], said: str) -> None:
    with pytest.raises(BoardError, match=said):
        report_from_fields("cities", "Which cities?", SOURCE, fields)
