"""Reads who made a session, a token or a share link."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, select, update

from utilities.accounts.admission import Maker
from utilities.accounts.database.tables import links, people, sessions, tokens

STORED_TIME_PRECISION = timedelta(seconds=1)


def select_with_maker(table: Table) -> Select[Any]:
    """Returns a query for the table's columns and those that `read_maker` needs."""
    maker = (
        people.c.email.label("maker_email"),
        people.c.domain.label("maker_domain"),
        people.c.first_seen.label("maker_since"),
    )
    return select(table, *maker).outerjoin(people, people.c.number == table.c.person)


def read_maker(row: Row[Any], made_at: datetime) -> Maker:
    """Returns the maker in a row of `select_with_maker`.

    A person who came after `made_at` is another one: SQLite may use the number of a removed person again.
    """
    if row.maker_since is None or row.maker_since - made_at > STORED_TIME_PRECISION:
        return Maker(row.sign_in)
    return Maker(row.sign_in, row.maker_email, row.maker_domain)


def adopt_unmarked_rows(connection: Connection, sign_in: str) -> None:
    """Marks rows of an older Foyer, which did not store their sign-in, with today's."""
    for table in (sessions, tokens, links):
        connection.execute(update(table).where(table.c.sign_in.is_(None)).values(sign_in=sign_in))
