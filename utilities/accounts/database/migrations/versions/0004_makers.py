"""Who made each token and link, and by which sign-in; the domain of people."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("domain", sa.String(255)))
    op.add_column("sessions", sa.Column("sign_in", sa.String(64)))
    for table in ("tokens", "links"):
        op.add_column(table, sa.Column("sign_in", sa.String(64)))
        op.add_column(table, sa.Column("person", sa.Integer))  # a removed person stays named: no foreign key
        op.execute(
            f"UPDATE {table} SET person = (SELECT max(number) FROM people WHERE people.email = {table}.made_by)"  # noqa: S608
        )
        op.execute(f"UPDATE {table} SET sign_in = '' WHERE person IS NULL")  # noqa: S608
