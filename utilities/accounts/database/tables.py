"""The current tables; their history is in migrations/versions."""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from utilities.accounts.database.command_tables import METADATA as METADATA  # for those who need every table
from utilities.accounts.database.metadata import UtcDateTime

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

screens = Table(
    "screens",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("name", String(60), nullable=False),
    Column("place", String(100), nullable=False),
    Column("diagonal_inches", Float, nullable=False),
    Column("distance_m", Float, nullable=False),
    Column("time_zone", String(64)),  # null is the zone of the board
    Column("board", String(100), nullable=False),  # "" for a screen with a playlist
    Column("playlist", String(100), nullable=False),  # "" for a screen with a board
    Column("safe_area", Float),  # per cent of width and height that each edge of the glass hides; null for nothing
    Column("alarm_minutes", Integer, nullable=False, default=5, server_default="5"),  # 0 for no alarm
    Column("insisted_by", String(255)),  # who gave it what cannot be read from there; null where all can
    Column("insisted_at", UtcDateTime),
    Column("credential_hash", String(64), nullable=False),  # stays after unpairing, so that the screen is recognised
    Column("browser", String(100), nullable=False),
    Column("viewport", String(20), nullable=False),
    Column("address", String(64), nullable=False),
    Column("paired_by", String(255), nullable=False),
    Column("paired_at", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime),
    Column("revoked_by", String(255)),
    Column("revoked_at", UtcDateTime),
    UniqueConstraint("credential_hash"),
    sqlite_autoincrement=True,  # the number of one that was removed is never another's
)

pairing_requests = Table(
    "pairing_requests",
    METADATA,
    Column("device_hash", String(64), primary_key=True),  # of the secret that becomes the credential
    Column("code_hash", String(64), nullable=False),
    Column("address", String(64), nullable=False),
    Column("browser", String(100), nullable=False),
    Column("viewport", String(20), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("former_screen", Integer),  # the screen that this device was before it was unpaired
    UniqueConstraint("code_hash"),
    Index(None, "until"),
)

pairing_tries = Table(
    "pairing_tries",
    METADATA,
    Column("person", String(64), primary_key=True),  # a hash
    Column("tries", Integer, nullable=False),  # codes that did not exist
    Column("until", UtcDateTime, nullable=False),
)

screen_changes = Table(
    "screen_changes",
    METADATA,
    Column("number", Integer, primary_key=True),  # there is one row
    Column("revision", Integer, nullable=False),  # grows with each change of a screen, in the same transaction
)

screen_beats = Table(
    "screen_beats",
    METADATA,
    Column("screen", Integer, primary_key=True, autoincrement=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("browser", String(100), nullable=False),
    Column("clock_error", Float, nullable=False),  # seconds
    Column("beat", String(4000), nullable=False),  # JSON of utilities/screens/beats.py
)

screen_alarms = Table(
    "screen_alarms",
    METADATA,
    Column("screen", Integer, primary_key=True, autoincrement=False),
    Column("cause", String(30), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("well_since", UtcDateTime),  # null while the screen is dark
)

alarm_rounds = Table(
    "alarm_rounds",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),  # there is one row
    Column("begun_at", UtcDateTime, nullable=False),  # by the process that compares all screens now
)

screen_rollouts = Table(
    "screen_rollouts",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),  # there is one row
    Column("target", String(32), nullable=False),  # names the build and the editions of boards; '' at first
    Column("state", String(10), nullable=False),  # utilities/screens/rollout.py: RolloutState
    Column("canary", Integer, nullable=False),  # the screen that tries the new pages, 0 for none
    Column("changed_at", UtcDateTime, nullable=False),
    Column("held_at", UtcDateTime),  # since when a notice is open
)

screen_notices = Table(
    "screen_notices",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("key", String(200), nullable=False),
    Column("state", String(20), nullable=False),
    Column("title", String(200), nullable=False),
    Column("sentences", String(2000), nullable=False),  # one a line
    Column("place", String(100), nullable=False),
    Column("path", String(100), nullable=False),
    sqlite_autoincrement=True,
)

visitor_modes = Table(
    "visitor_modes",
    METADATA,
    Column("target", String(120), primary_key=True),  # utilities/broadcast/visitor_modes.py
    Column("person", String(255), nullable=False),
    Column("begins_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime),  # null until somebody ends it
)

notices = Table(
    "notices",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("notice", String(32), nullable=False),  # its identifier, the same in every process
    Column("thread", String(32), nullable=False),  # of one trouble, delivered in order
    Column("channel", String(40), nullable=False),
    Column("body", Text, nullable=False),  # JSON
    Column("state", String(10), nullable=False),  # utilities/alerts/outbox.py: DeliveryState
    Column("tries", Integer, nullable=False),  # grows with each claim, so that it is a fence
    Column("made_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),  # of the next try; while one is on its way, the end of its lease
    Column("reason", String(200), nullable=False),  # of the last failure
    UniqueConstraint("notice", "channel"),
    Index(None, "state"),
    sqlite_autoincrement=True,
)
