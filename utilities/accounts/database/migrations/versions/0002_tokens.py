"""The tokens of programs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "tokens",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("scopes", sa.String(100), nullable=False),
        sa.Column("hint", sa.String(4), nullable=False),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("last_used", moment, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_tokens"),
        sa.UniqueConstraint("key", name="uq_tokens_key"),
        sqlite_autoincrement=True,
    )
