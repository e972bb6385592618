"""What the menus Export, Share and "Put on a board" of a report offer."""

from dataclasses import dataclass
from html import escape

from handlers.reports.desk_state import DeskState, query_string
from utilities.config.boards import Boards
from utilities.sources import ROWS_PARAM


@dataclass(frozen=True)
class ExportLink:
    """One file of a report."""

    label: str
    detail: str
    href: str


@dataclass(frozen=True)
class SharedAddresses:
    """How to show a report to others."""

    page: str  # the address of the page
    image_query: str  # of the image, for the page of links
    wiki_html: str
    wiki_markdown: str


def image_query_string(state: DeskState, view: str) -> str:
    """Returns the parameters of the image that shows what the page draws."""
    params = {name: value for name, value in state.report_params.items() if name != ROWS_PARAM}
    drawn = {"view": view if state.view else "", "series": state.series}
    return query_string(params | {name: value for name, value in drawn.items() if value})


def export_links(report: str, state: DeskState, image_query: str) -> list[ExportLink]:
    """Returns the files of a report with the parameters of its page."""

    def table_file(ending: str, **more: str) -> str:
        return f"/reports/{report}.{ending}{query_string({**state.report_params, **more})}"

    return [
        ExportLink("CSV", "all rows, raw values", table_file("csv")),
        ExportLink("CSV for Excel", "with a byte order mark", table_file("csv", bom="true")),
        ExportLink("CSV as shown", "dates and figures for people", table_file("csv", format="display", bom="true")),
        ExportLink("JSON", "for programs", table_file("json")),
        ExportLink("PNG", "picture for mail and chat", f"/reports/{report}.png{image_query}"),
        ExportLink("SVG", "picture for pages", f"/reports/{report}.svg{image_query}"),
    ]


def shared_addresses(origin: str, report: str, term: str, state: DeskState, image_query: str) -> SharedAddresses:
    """Returns the address of the page, and lines that show its picture in a wiki."""
    page = f"{origin}/reports/{report}{query_string(state.fields)}"
    image = f"{origin}/reports/{report}.svg{image_query}"
    html = f'<a href="{escape(page)}"><img src="{escape(image)}" alt="{escape(term)}"></a>'
    text = term.translate({ord(each): f"\\{each}" for each in "[]\\"})
    return SharedAddresses(page, image_query, html, f"[![{text}]({image})]({page})")


def boards_with_report(boards: Boards, report: str) -> list[tuple[str, str]]:
    """Returns the name and the title of each board that shows a report, in the order of titles."""
    names = {board.name: board.title for board in boards if any(tile.report == report for tile in board.tiles)}
    return sorted(names.items(), key=lambda each: each[1].casefold())
