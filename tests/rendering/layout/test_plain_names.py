"""Walls name pages, sources and networks as a visitor in the hall would."""

import pytest

from utilities.model.frames import Column, Frame, Value, ValueKind
from utilities.rendering.layout.plain_names import with_plain_names
from utilities.rendering.layout.share_columns import join_share_columns


@pytest.mark.parametrize(
    ("source", "medium", "name"),
    [
        ("google", "organic", "Google search"),
        ("bing", "organic", "Bing search"),
        ("google", "cpc", "google"),
        ("(direct)", "(none)", "Directly"),
        ("(not set)", "(none)", "(not set)"),
        (None, None, None),
        ("news.ycombinator.com", "referral", "Hacker News"),
        ("l.facebook.com", "referral", "Facebook"),
        ("linkedin.com", "cpc", "linkedin.com"),
        ("newsletter", "email", "Newsletter"),
        ("intranet.example", "referral", "intranet.example"),
    ],
)
def test_sources_of_visits_have_plain_names(source: Value, medium: Value, name: Value):
    columns = (Column("sessionSource", "", ValueKind.TEXT), Column("sessionMedium", "", ValueKind.TEXT))
    assert with_plain_names(Frame(columns, ((source, medium),))).rows[0][0] == name


def test_home_page_is_named_only_where_no_other_page_has_that_name():
    columns = (Column("path", "Page", ValueKind.TEXT),)
    assert with_plain_names(Frame(columns, (("/",), ("/a",)))).rows == (("Home page",), ("/a",))
    assert with_plain_names(Frame(columns, (("/",), ("Home page",)))).rows == (("/",), ("Home page",))
    assert with_plain_names(Frame((), ())).rows == ()


@pytest.mark.parametrize("key", ["title", "pageTitle"])
def test_pages_are_named_by_their_titles_where_no_two_have_the_same(key: str):
    columns = (
        Column("path", "", ValueKind.TEXT),
        Column("views", "", ValueKind.INTEGER),
        Column(key, "", ValueKind.TEXT),
    )
    rows = (
        ("/", 3, "Example Ltd"),
        ("/a", 2, "日本語 für 👩‍🚀"),
        ("/b", 1, "日本語 für 👩‍🚀"),
        ("/c", 1, ""),
        ("/d", 1, None),
    )
    named = with_plain_names(Frame(columns, rows))
    assert named.column_values("path") == ("Home page", "日本語 für 👩‍🚀", "/b", "/c", "/d")
    assert named.column_values(key) == ("", "", "日本語 für 👩‍🚀", "", None)


def test_channels_have_plain_names():
    columns = (Column("channel", "", ValueKind.TEXT), Column("visits", "", ValueKind.INTEGER))
    rows = (("Organic Search", 2), ("Direct", 1), ("Affiliates", 1))
    assert with_plain_names(Frame(columns, rows)).column_values("channel") == ("Search", "Directly", "Affiliates")


@pytest.mark.parametrize(
    ("counts", "total", "network"),
    [
        ((1200, 402), "1,602", "Facebook"),
        ((3, 435), "438", "Hacker News"),
        ((None, 435), "≥ 435", "Hacker News"),
        ((None, None), "–", ""),
        ((0, 0), "0", ""),
    ],
)
def test_shares_are_one_sum_and_the_network_with_most(counts: tuple[Value, ...], total: str, network: str):
    columns = (
        Column(
            "facebook", "FB", ValueKind.SHARE, description="reactions, comments and shares on Facebook, by SharedCount"
        ),
        Column("hacker-news", "HN", ValueKind.SHARE, description="points and comments on Hacker News"),
    )
    cells = [one.cells for one in join_share_columns(Frame(columns, (counts,)), columns)]
    assert cells == [(total,), (network,)]


@pytest.mark.parametrize(("counts", "total"), [((1200, 1150), "1,200"), ((None, 1150), "1,150"), ((None, None), "–")])
def test_network_that_two_providers_count_is_counted_once(counts: tuple[Value, ...], total: str):
    columns = (
        Column("facebook", "FB", ValueKind.SHARE, description="reactions, comments and shares on Facebook"),
        Column("sharedcount", "Shares", ValueKind.SHARE, description="shares on Facebook, by SharedCount"),
    )
    assert join_share_columns(Frame(columns, (counts,)), columns)[0].cells == (total,)
