"""The kinds of values in a column."""

from enum import StrEnum


class ValueKind(StrEnum):
    """The type and unit of a column's values."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FRACTION = "fraction"  # 0 to 1
    MONEY = "money"  # in units of the currency that the heading names
    SECONDS = "seconds"
    DATE = "date"  # YYYY-MM-DD, in the source's time zone
    DATETIME = "datetime"  # RFC 3339, with a zone
    SHARE = "share"  # a count of shares; None when the network gave none

    @property
    def is_numeric(self) -> bool:
        """Whether values of this kind are numbers."""
        return self not in (ValueKind.TEXT, ValueKind.DATE, ValueKind.DATETIME)
