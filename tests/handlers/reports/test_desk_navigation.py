"""Finding reports, filtering by a row, and addresses with mistakes."""

import pytest

from handlers.reports.row_links import check_param_names, row_filter, row_links
from utilities.model.errors import ParameterError
from utilities.model.frames import Column, Frame, ValueKind

ACCEPTED = ("site", "from", "to", "page", "referrer", "f.country")


@pytest.mark.parametrize(
    ("names", "hint"),
    [(["pgae"], "`page`"), (["page", "f.contry"], "`f.country`"), (["<x>"], "")],
)
def test_misspelt_parameter_is_refused_with_the_nearest_name(names: list[str], hint: str):
    with pytest.raises(ParameterError, match=f"parameter {len(names)} of the address") as refusal:
        check_param_names(names, ACCEPTED)
    assert hint in str(refusal.value)
    assert names[-1] not in str(refusal.value).replace(hint, "")


@pytest.mark.parametrize(
    ("key", "cell", "changed"),
    [
        ("page", "/pricing", {"page": "/pricing"}),
        ("page", "(other)", None),
        ("referrer", "example.org", {"referrer": "example.org"}),
        ("country", "DE", {"f.country": "DE"}),
        ("country", "–", None),
    ],
)
def test_row_is_a_link_that_filters_and_keeps_the_rest(key: str, cell: str, changed: dict[str, str] | None):
    frame = Frame((Column("views", "Views", ValueKind.INTEGER), Column(key, key, ValueKind.TEXT)), ((1, cell),))
    place, links = row_links(frame, [("1", cell)], ACCEPTED, lambda params: repr(params), {"from": "now/d"})
    assert (place, links) == (1, [repr({"from": "now/d", **changed}) if changed else ""])


def test_value_that_the_report_cannot_be_filtered_by_is_no_link():
    assert row_filter((Column("browser", "Browser", ValueKind.TEXT),), ACCEPTED) == (-1, "")


async def test_report_list_searches_terms_and_questions(server, fetch):
    page = (await fetch(f"{server.address}/reports?q=which+PAGES")).body.decode()
    assert 'href="/reports/pages"' in page
    assert 'href="/reports/words"' not in page
    assert "No report has these words" in (await fetch(f"{server.address}/reports?q=nonsense")).body.decode()


async def test_page_refuses_a_parameter_that_it_does_not_have(server, fetch):
    response = await fetch(f"{server.address}/reports/pages?sotr=views")
    assert response.code == 400
    assert "`sort`" in response.body.decode()
