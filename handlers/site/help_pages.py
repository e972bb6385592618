"""/keyboard and /counting: the shortcuts, and what the figures mean."""

from handlers.base.handler import BaseHandler
from handlers.reports.definitions import FIGURES_OF_BOTH, GOOGLE_DEFINITIONS, OWN_DEFINITIONS
from utilities.google.field_names import field_heading
from utilities.pageviews.site_figures import site_queries

SHORTCUTS = {
    "On every page at a desk": (
        (("g", "o"), "Go to the overview"),
        (("g", "r"), "Go to the reports"),
        (("g", "b"), "Go to the boards"),
        (("?",), "Show this page"),
        (("Esc",), "Close a menu, or leave a field"),
    ),
    "On a report, and on the list of reports": ((("/",), "Find a row or a report"),),
    "On the overview, and on a report": (
        (("[",), "The days before these, as many"),
        (("]",), "The days after these, as many"),
        (("p",), "Pause or resume the renewal"),
    ),
    "On a wall": (
        (("Tab",), "Show the bar with the way out; the arrow keys, a pointer and a touch do so too"),
        (("Esc",), "Hide the bar"),
        (("f",), "Full screen"),
        (("?",), "Show the keys in the bar"),
    ),
}


class KeyboardPage(BaseHandler):
    """The list of shortcuts; static/menus.js has the keys of desk pages, static/way_out.js those of walls."""

    def get(self) -> None:
        self.render_page("keyboard.html", here="/keyboard", shortcuts=SHORTCUTS)


class CountingPage(BaseHandler):
    """What the columns of reports count, from the same list as report pages."""

    def get(self) -> None:
        own = column_headings()
        figures = [(own[a], OWN_DEFINITIONS[a], field_heading(b), GOOGLE_DEFINITIONS[b]) for a, b in FIGURES_OF_BOTH]
        shown = {key for key, _ in FIGURES_OF_BOTH}
        names = [(own[key], text) for key, text in OWN_DEFINITIONS.items() if key in own and key not in shown]
        self.render_page("counting.html", here="/counting", figures=figures, names=names)


def column_headings() -> dict[str, str]:
    """Returns the heading of each column of our own count, by its key."""
    columns = (column for query in site_queries().values() for column in query.columns)
    headings: dict[str, str] = {}
    for column in columns:
        headings.setdefault(column.key, column.heading)
    return headings | {"path": "Page"}
