"""The rows of screens in the database, and the revision that grows with each change of one."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from utilities.accounts.database.tables import screen_changes, screens
from utilities.model.errors import Overloaded, ParameterError
from utilities.screens.model import Device, PairingRequest, ScreenPlan, ScreenRecord

MAX_SCREENS = 10_000


def mark_change(connection: Connection) -> None:
    """Raises the revision, so that every process reads the screens again."""
    connection.execute(update(screen_changes).values(revision=screen_changes.c.revision + 1))


def select_revision(connection: Connection) -> int:
    """Returns the revision of all screens."""
    return connection.scalar(select(screen_changes.c.revision)) or 0


def select_screens(connection: Connection) -> tuple[int, list[Row[Any]]]:
    """Returns the revision, and the rows of all screens."""
    return select_revision(connection), list(connection.execute(select(screens)).all())


def insert_screen(connection: Connection, request: PairingRequest, plan: ScreenPlan, by: str, now: datetime) -> int:
    """Stores a screen that is paired now; returns its number. Raises ParameterError and Overloaded."""
    device = request.device
    values: dict[str, object] = {
        "credential_hash": request.device_hash,
        **{"browser": device.browser, "viewport": device.viewport, "address": device.address},
        **{"paired_by": by[:255], "paired_at": now, "revoked_at": None, "revoked_by": None},
    }
    mark_change(connection)
    if plan.replaces is not None:
        same = screens.c.number == plan.replaces
        if not connection.execute(update(screens).where(same).values(values)).rowcount:
            raise ParameterError("replaces", "must be a screen that there is")
        return plan.replaces
    if (connection.scalar(select(func.count()).select_from(screens)) or 0) >= MAX_SCREENS:
        raise Overloaded(f"There are {MAX_SCREENS} screens already: remove some that are not paired.")
    shown: dict[str, object] = {
        "last_seen": None,
        "board": plan.board,
        "playlist": plan.playlist,
        "time_zone": None,
        "safe_area": None,
    }
    if plan.insists:
        shown |= {"insisted_by": by[:255], "insisted_at": now}
    size = {"diagonal_inches": plan.diagonal_inches, "distance_m": plan.distance_m}
    row = values | shown | size | {"name": plan.name, "place": plan.place}
    return int(connection.execute(insert(screens).values(row).returning(screens.c.number)).scalar_one())


def read_screen(row: Row[Any]) -> ScreenRecord:
    """Returns a row as a record."""
    values = dict(row._mapping)
    device = Device(values.pop("address"), values.pop("browser"), values.pop("viewport"))
    return ScreenRecord(device=device, **values)
