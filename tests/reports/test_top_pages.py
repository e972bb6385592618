"""How the page table is put together from several answers."""

from collections.abc import Hashable

from utilities.model.errors import Unavailable
from utilities.model.frames import Column, Frame, Note, ValueKind
from utilities.reports import top_pages

PAGES = Frame(
    (
        Column("pagePath", "Page", ValueKind.TEXT),
        Column("screenPageViews", "Views", ValueKind.INTEGER),
        Column("userEngagementDuration", "Engagement", ValueKind.SECONDS),
        Column("activeUsers", "Active users", ValueKind.INTEGER),
    ),
    (("/a", 30, 120, 10), ("/b", 20, 50, 0), ("(other)", 10, 10, 5)),
)
LANDINGS = Frame(
    (Column("landingPage", "Landing page", ValueKind.TEXT), Column("sessions", "Sessions", ValueKind.INTEGER)),
    (("/b", 7), ("", 3)),
)
COUNTS = Frame(
    (Column("url", "Address", ValueKind.TEXT), Column("lobsters", "Lobsters", ValueKind.SHARE)),
    (("https://www.example.com/b", 4), ("https://www.example.com/a", None)),
    (Note("unavailable: answered 503", "lobsters"),),
)


def test_engagement_is_seconds_by_person_and_absent_when_nobody_was_active() -> None:
    frame = top_pages.with_engagement(PAGES)
    assert frame.column_values("userEngagementDurationPerActiveUser") == (12.0, None, 2.0)
    assert not frame.has_column("userEngagementDuration")
    assert not frame.has_column("activeUsers")


def test_entrances_are_joined_from_landing_pages() -> None:
    frame = top_pages.with_entrances(PAGES, LANDINGS)
    assert frame.column_values("entrances") == (0, 7, None)


def test_entrances_are_absent_with_the_reason_when_landing_pages_cannot_be_had() -> None:
    frame = top_pages.with_entrances(PAGES, Unavailable("Google does not answer"))
    assert frame.column_values("entrances") == (None, None, None)
    assert frame.notes == (Note("Google does not answer", "entrances"),)


def test_entrances_are_unknown_beyond_the_end_of_a_cut_list() -> None:
    cut = Frame(LANDINGS.columns, tuple((f"/page-{n}", 1) for n in range(top_pages.LANDINGS_QUERY.limit)))
    assert top_pages.with_entrances(PAGES, cut).column_values("entrances") == (None, None, None)


def test_entrances_are_unknown_where_small_landing_pages_were_put_together() -> None:
    other = Frame(LANDINGS.columns, (("/b", 7), ("(other)", 900)))
    assert top_pages.with_entrances(PAGES, other).column_values("entrances") == (None, 7, None)


def test_entrances_are_found_where_google_leaves_the_last_slash_out() -> None:
    pages = Frame(PAGES.columns, (("/", 9, 1, 1), ("/blog/", 5, 1, 1), ("/shop/", 4, 1, 1)))
    landings = Frame(LANDINGS.columns, (("/", 8), ("/blog", 7), ("/shop/", 2), ("/shop", 1)))
    assert top_pages.with_entrances(pages, landings).column_values("entrances") == (8, 7, 2)


def test_networks_are_asked_about_paths_only() -> None:
    assert top_pages.page_urls("https://www.example.com", PAGES) == {
        "/a": "https://www.example.com/a",
        "/b": "https://www.example.com/b",
    }
    assert top_pages.page_urls("", PAGES) == {}


def test_shares_stand_beside_their_page_and_a_dead_network_is_never_nought() -> None:
    urls = top_pages.page_urls("https://www.example.com", PAGES)
    frame = top_pages.with_shares(PAGES, urls, COUNTS)
    assert frame.column_values("lobsters") == (None, 4, None)
    assert Note("unavailable: answered 503", "lobsters") in frame.notes


def test_titles_of_the_last_answer_stay_where_google_does_not_answer() -> None:
    titles = Frame(
        (Column("pagePath", "Page", ValueKind.TEXT), Column("pageTitle", "Title", ValueKind.TEXT)), (("/a", "A"),)
    )
    last_frames: dict[Hashable, Frame] = {}
    late = Unavailable("Google does not answer")
    bare = top_pages.with_titles(PAGES, late, last_frames)
    assert [note.short for note in bare.whole_notes] == ["no titles"]
    top_pages.with_titles(PAGES, titles, last_frames)
    frame = top_pages.with_titles(PAGES, late, last_frames)
    assert frame.column_values("pageTitle") == ("A", None, None)
    assert frame.whole_notes == ()
    assert [note.text for note in frame.notes] == ["Titles of an earlier answer: Google does not answer"]
