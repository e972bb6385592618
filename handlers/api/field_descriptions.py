"""Descriptions and examples for fields of answers whose models have none of their own."""

from typing import Any

FIELDS: dict[str, tuple[str, Any]] = {
    "about": ("What is counted, where the heading is too short for it.", ""),
    "columns": ("The columns, in the order of the values in a row; of a grid, their number.", None),
    "column": ("The first column, counted from 1.", 1),
    "detail": ("A sentence that says what is wrong and what is allowed.", "`limit` must be at least 1."),
    "domains": ("The domains whose page views are counted.", ["www.example.com"]),
    "first": ("The first day.", "2026-11-20"),
    "grid": ("The grid of the board.", None),
    "has_ended": ("False where the last day may still grow.", True),
    "heading": ("The heading, for people.", "Views"),
    "height": ("The number of rows.", 4),
    "href": ("Its address on the same host.", "/api/v1/reports/site-pages"),
    "items": ("The items of this page.", None),
    "kind": ("The type and unit of the values.", "integer"),
    "last": ("The last day.", "2026-11-26"),
    "last_used": ("When a request last had it; null before the first.", "2026-11-27T09:00:00Z"),
    "made_at": ("When it was made.", "2026-11-01T09:00:00Z"),
    "made_by": ("The person who made it.", "ada@example.com"),
    "minutes": ("The length of a range of the last minutes or hours; 0 for days.", 0),
    "name": ("Its name, also in addresses.", "site-pages"),
    "notes": ("Sentences about the figures, such as rows that are missing, and the last error.", []),
    "number": ("Its number.", 1),
    "parameter": ("The name of the parameter.", "limit"),
    "place": ("Where it is on the grid.", None),
    "question": ("The name of the query.", "pages"),
    "report": ("The name of the report.", "site-pages"),
    "row": ("The first row, counted from 1.", 1),
    "rows": ("The number of rows.", 16),
    "scopes": ("What it is for.", ["read"]),
    "screen": ("The screen that the board is made for.", None),
    "sources": ("The sources that are queried.", ["pageviews"]),
    "state": ("The freshness of the figures.", "live"),
    "status": ("The status of the answer.", 400),
    "taken_at": ("When the figures were taken; null before the first.", "2026-11-27T09:00:00Z"),
    "theme": ("The colours.", "dark"),
    "tiles": ("The tiles of the board; in a list, their number.", None),
    "title": ("The title, for people.", "Which pages are read?"),
    "total_rows": ("How many rows there are, where the last one, `(other)`, is all together that are not here.", 59),
    "totals": ("The figures of all rows together, by the keys of their columns, where rows are missing.", {"views": 9}),
    "type": ("The type of the problem.", "about:blank"),
    "view": ("How the figures are drawn.", "table"),
    "width": ("The number of columns.", 12),
    "zone": ("The time zone.", "Europe/Berlin"),
}
"""By name of the field; None has no example of its own."""


def describe_fields(schemas: dict[str, Any]) -> None:
    """Adds descriptions and examples to the properties of these schemas that have none."""
    for schema in schemas.values():
        for name, field in schema.get("properties", {}).items():
            description, example = FIELDS.get(name, ("", None))
            if "description" not in field and description:
                field["description"] = description
            if "examples" not in field and example is not None and "$ref" not in field:
                field["examples"] = [example]
