"""The current tables; their history is in migrations/versions."""

from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
)


class UtcDateTime(TypeDecorator[datetime]):
    """A time in UTC. SQLite forgets the zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

people = Table(
    "people",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("issuer", String(255), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("email", String(255), nullable=False),
    Column("name", String(255), nullable=False),
    Column("domain", String(255)),  # the `hd` claim; null when the last sign-in was before it was stored
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
    UniqueConstraint("issuer", "subject"),
)

sessions = Table(
    "sessions",
    METADATA,
    Column("key", String(64), primary_key=True),  # a hash: whoever reads this table cannot sign in with it
    Column("person", Integer, ForeignKey("people.number", ondelete="CASCADE"), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("sign_in", String(64)),  # utilities/accounts/admission.py: sign_in_id
    Index(None, "person"),
    Index(None, "until"),
)

spent_attempts = Table(
    "spent_attempts",
    METADATA,
    Column("key", String(64), primary_key=True),  # a hash of the attempt's state
    Column("until", UtcDateTime, nullable=False),
    Index(None, "until"),
)

tokens = Table(
    "tokens",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("key", String(64), nullable=False),  # a hash: whoever reads this table has no token
    Column("name", String(100), nullable=False),
    Column("scopes", String(100), nullable=False),  # with spaces between them
    Column("hint", String(4), nullable=False),
    Column("made_by", String(255), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("last_used", UtcDateTime),
    Column("sign_in", String(64)),
    Column("person", Integer),  # who made it, perhaps removed since; null without sign-in
    UniqueConstraint("key"),
    sqlite_autoincrement=True,  # the number of one that was revoked is never another's
)

links = Table(
    "links",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("report", String(100), nullable=False),
    Column("query", String(1000), nullable=False),  # the query string of the image
    Column("made_by", String(255), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("sign_in", String(64)),
    Column("person", Integer),  # who made it, perhaps removed since; null without sign-in
    sqlite_autoincrement=True,  # the number of one that was revoked is never another's
)
