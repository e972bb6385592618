"""Finding reports, filtering by a row, and addresses with mistakes."""

from collections.abc import Callable

import pytest

from handlers.reports.presenter import build_report_view
from handlers.reports.report_groups import group_reports
from handlers.reports.row_links import column_filters, row_links
from utilities.config.settings import Settings
from utilities.model.clock import utc_now
from utilities.model.errors import ParameterError
from utilities.model.frames import Column, ValueKind
from utilities.model.near_names import check_param_names
from utilities.pageviews.sql.filters import VISIT_FILTERS
from utilities.services import load_catalogue
from utilities.sources import Sources
from utilities.sources.ga4 import GA4_FILTERS, Ga4Filter, Ga4Query, Ga4Source
from utilities.sources.pageviews import site_queries

ACCEPTED = ("site", "from", "to", "page", "referrer", "country")


@pytest.mark.parametrize(
    ("names", "hint"),
    [(["pgae"], "`page`"), (["page", "contry"], "`country`"), (["<x>"], "")],
)
def test_misspelt_parameter_is_refused_with_the_nearest_name(names: list[str], hint: str):
    with pytest.raises(ParameterError, match=f"parameter {len(names)} of the address") as refusal:
        check_param_names(names, ACCEPTED)
    assert hint in str(refusal.value)
    assert names[-1] not in str(refusal.value).replace(hint, "")


@pytest.mark.parametrize(
    ("key", "cell", "changed"),
    [
        ("path", "/pricing", {"page": "/pricing"}),
        ("landing", "/pricing", {"page": "/pricing"}),
        ("path", "(other)", None),
        ("referrer", "example.org/page", {"referrer": "example.org/page"}),
        ("referrer_host", "example.org", {"referrer": "example.org"}),
        ("sessionDefaultChannelGroup", "Direct", {"channel": "Direct"}),
        ("sessionSource", "(direct)", {"source": "(direct)"}),
        ("deviceCategory", "(not set)", None),
        ("country", "Germany", {"country": "Germany"}),
        ("country", "–", None),
        ("country", "France", None),  # the filter in force
        ("browser", "Firefox", None),  # not a parameter of the report
    ],
)
def test_row_is_a_link_that_filters_and_keeps_the_rest(key: str, cell: str, changed: dict[str, str] | None):
    columns = (Column("views", "Views", ValueKind.INTEGER), Column(key, key, ValueKind.TEXT))
    params, accepted = {"from": "now/d", "country": "France"}, {"page", "referrer", "channel", "source", "country"}
    linked = column_filters(columns, {*accepted, "device"})
    [links] = row_links([("1", cell)], linked, params, lambda params: repr(params))
    assert links == ({1: repr({**params, **changed})} if changed else {})


def test_every_name_in_a_site_report_filters_it():
    """A column of names that a visit can have is a link, in every report where the filter applies."""
    unfiltered = {"language", "screen", "agent", "title", "name", "browser_version", "system_version"}
    times = {"at", "hour", "weekday", "offset", "period"}
    for query in site_queries().values():
        if not query.has_visits or query.name == "agents":
            continue
        names = [column for column in query.columns if column.kind is ValueKind.TEXT]
        linked = column_filters(names, VISIT_FILTERS)
        assert {column.key for place, column in enumerate(names) if place not in linked} <= unfiltered | times


@pytest.mark.parametrize("param", GA4_FILTERS)
def test_filter_of_googles_rows_selects_their_sessions(param: str, settings: Callable[..., Settings]):
    source = Ga4Source(settings(), utc_now)
    query = Ga4Query(dimensions=(GA4_FILTERS[param],), metrics=("sessions",))
    assert column_filters((Column(GA4_FILTERS[param], "", ValueKind.TEXT),), source.parameter_names(query)) == {
        0: param
    }
    narrowed = source.with_params(query, {param: "Germany"})
    assert narrowed.filters == (Ga4Filter(GA4_FILTERS[param], "Germany"),)
    with pytest.raises(ParameterError, match=f"`{param}` must be printable"):
        source.with_params(query, {param: "\n"})


async def test_report_list_searches_terms_and_questions(server, fetch):
    page = (await fetch(f"{server.address}/reports?q=which+PAGES")).body.decode()
    assert 'href="/reports/pages"' in page
    assert 'href="/reports/words"' not in page
    assert "No report has these words" in (await fetch(f"{server.address}/reports?q=nonsense")).body.decode()


def test_reports_of_one_term_share_a_row_and_are_found_by_the_words_of_each():
    reports, sources = load_catalogue().reports, Sources([], {})
    views = [build_report_view(each, None, utc_now(), sources) for each in reports.values()]
    rows = {row.term: [view.report.name for view in row.views] for row in group_reports(views)["Audience"]}
    assert rows["By day"] == ["site-by-day", "google-by-day"]
    assert sum(len(row.views) for group in group_reports(views).values() for row in group) == len(reports)
    [found] = group_reports(views, "google devices").values()
    assert [view.report.name for view in found[0].views] == ["site-devices", "google-devices"]


async def test_page_refuses_a_parameter_that_it_does_not_have(server, fetch):
    response = await fetch(f"{server.address}/reports/pages?sotr=views")
    assert response.code == 400
    assert "<code>sort</code>" in response.body.decode()
