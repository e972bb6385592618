"""What is stored of a screen and of a device that asks to become one, and the form that a person fills in."""

from dataclasses import dataclass
from datetime import datetime

from utilities.model.errors import ParameterError

MAX_SCREEN_NAME_CHARS = 60
MAX_PLACE_CHARS = 100
DIAGONAL_INCHES = (5.0, 400.0)
DISTANCE_METRES = (0.3, 60.0)
MAX_USER_AGENT_CHARS = 500
SAFE_AREA_PERCENT = (0.0, 10.0)  # of the width at the left and right, of the height above and below
ALARM_MINUTES = (0, 24 * 60)  # 0 for a screen that raises no alarm


@dataclass(frozen=True)
class Device:
    """A browser that asks to be paired, as the person who pairs it sees it."""

    address: str
    browser: str
    viewport: str = ""  # `1920x1080`; '' until its script has run


@dataclass(frozen=True)
class PairingRequest:
    """A device that shows a code now."""

    device_hash: str
    device: Device
    made_at: datetime
    until: datetime
    former_screen: int | None = None  # the unpaired screen that this device was


@dataclass(frozen=True)
class CodeLookup:
    """The answer to a typed code: the request, or how many tries are left, and when there are new ones."""

    request: PairingRequest | None = None
    is_code: bool = True  # False for text that cannot be a code, which costs no try
    tries_left: int = 0
    retry_at: datetime | None = None


@dataclass(frozen=True)
class ScreenPlan:
    """What a person says about a screen; `replaces` is the screen whose place and programme it takes over."""

    name: str = ""
    place: str = ""
    diagonal_inches: float = 55.0
    distance_m: float = 3.0
    board: str = ""
    playlist: str = ""
    replaces: int | None = None
    insists: bool = False  # on what cannot be read from there

    def check(self) -> None:
        """Raises ParameterError for a field that is not right."""
        check_line("name", self.name, 1, MAX_SCREEN_NAME_CHARS)
        check_line("place", self.place, 0, MAX_PLACE_CHARS)
        check_glass(self.diagonal_inches, self.distance_m)


def check_glass(diagonal_inches: float, distance_m: float) -> None:
    """Raises ParameterError for a size or distance that no screen has."""
    check_range("diagonal", diagonal_inches, DIAGONAL_INCHES)
    check_range("distance", distance_m, DISTANCE_METRES)


def check_range(field: str, value: float, bounds: tuple[float, float]) -> None:
    """Raises ParameterError for a value that is not between two bounds, NaN among them."""
    least, most = bounds
    if not least <= value <= most:
        raise ParameterError(field, f"must be between {least:g} and {most:g}")


def check_line(field: str, text: str, least: int, most: int) -> None:
    """Raises ParameterError for text that is not one printable line of this length."""
    if not least <= len(text) <= most or not text.isprintable():
        raise ParameterError(field, f"must be one line of {least} to {most} characters")


@dataclass(frozen=True)
class ScreenRecord:
    """One television, paired or unpaired since."""

    number: int
    name: str
    place: str
    diagonal_inches: float
    distance_m: float
    time_zone: str | None
    board: str  # "" for a screen with a playlist
    playlist: str  # "" for a screen with a board
    safe_area: float | None
    alarm_minutes: int
    credential_hash: str
    device: Device
    paired_by: str
    paired_at: datetime
    last_seen: datetime | None
    revoked_by: str | None
    revoked_at: datetime | None
    insisted_by: str | None = None  # who gave it what cannot be read from there, and when
    insisted_at: datetime | None = None

    @property
    def is_paired(self) -> bool:
        return self.revoked_at is None


def describe_browser(browser: str, version: str, system: str) -> str:
    """Returns `Chromium 79, Tizen`, for the person who compares it."""
    return ", ".join(filter(None, (f"{browser} {version}".strip(), system))) or "an unknown browser"
