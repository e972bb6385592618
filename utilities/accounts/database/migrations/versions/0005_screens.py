"""Paired screens, the devices that ask to be paired, and who typed wrong codes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_screens()
    op.create_table(
        "pairing_requests",
        sa.Column("device_hash", sa.String(64), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(100), nullable=False),
        sa.Column("viewport", sa.String(20), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("former_screen", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("device_hash", name="pk_pairing_requests"),
        sa.UniqueConstraint("code_hash", name="uq_pairing_requests_code_hash"),
    )
    op.create_index("ix_pairing_requests_until", "pairing_requests", ["until"])
    op.create_table(
        "pairing_tries",
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_pairing_tries"),
    )
    changes = op.create_table(
        "screen_changes",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_screen_changes"),
    )
    op.bulk_insert(changes, [{"number": 1, "revision": 0}])


def create_screens() -> None:
    op.create_table(
        "screens",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("place", sa.String(100), nullable=False),
        sa.Column("diagonal_inches", sa.Float, nullable=False),
        sa.Column("distance_m", sa.Float, nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=True),
        sa.Column("board", sa.String(100), nullable=False),
        sa.Column("playlist", sa.String(100), nullable=False),
        sa.Column("safe_area", sa.Float, nullable=True),
        sa.Column("credential_hash", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(100), nullable=False),
        sa.Column("viewport", sa.String(20), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("paired_by", sa.String(255), nullable=False),
        sa.Column("paired_at", MOMENT, nullable=False),
        sa.Column("last_seen", MOMENT, nullable=True),
        sa.Column("revoked_by", sa.String(255), nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_screens"),
        sa.UniqueConstraint("credential_hash", name="uq_screens_credential_hash"),
        sqlite_autoincrement=True,
    )
