"""Every error that Foyer raises on purpose.

    FoyerError
    ├── SettingsError            a setting is wrong; the process does not start and prints the message
    ├── NotConfigured            a part that does nothing until a setting is set; says which
    ├── BoardError               a board file is wrong; carries file and line
    ├── ModuleRuleError          a discovered module does not export what its folder requires
    ├── ParameterError           a request parameter is invalid; names the parameter and the allowed values
    ├── Overloaded               more hits than can be stored now; try again
    │   └── ShareUsedUp          of one viewer only; others have room
    ├── HitRejected              a hit is not counted, and the sender gets the reason
    │   ├── BadHit               it cannot be parsed
    │   ├── TooLarge             it is longer than a hit may be
    │   ├── UnknownSite          its site does not exist
    │   ├── ForeignHost          its page does not belong to the site
    │   └── TooFast              too many hits; retry after `retry_after` seconds
    ├── NotDrawn                 the chart engine cannot draw a chart, or not in time
    ├── StoreDown                the shared store does not answer; pages continue from memory
    ├── StateDown                the state database does not answer
    ├── SignInRefused            this person may not sign in; the message can be shown to the person
    └── SourceError              a source gave no figures
        ├── Unavailable          temporary; retry soon
        ├── OverQuota            retry after `retry_after` seconds
        ├── SourceMisconfigured  a person must change something first
        └── BadAnswer            the source answered something that cannot be read

Only handlers know status codes.
"""

from enum import StrEnum
from pathlib import PurePath
from typing import ClassVar


class ErrorKind(StrEnum):
    """What kind of error a reading carries. The values are in stored readings and in /healthz: they must not change."""

    UNAVAILABLE = "Unavailable"
    OVER_QUOTA = "OverQuota"
    MISCONFIGURED = "Refused"
    BAD_ANSWER = "BadAnswer"
    INTERNAL = "InternalError"

    @classmethod
    def _missing_(cls, value: object) -> "ErrorKind":
        """Reads any other value as an internal error: older versions stored the name of the exception's class."""
        return cls.INTERNAL


class FoyerError(Exception):
    """Root of the tree; the message is a sentence that tells a person what to do."""

    kind: ClassVar[ErrorKind] = ErrorKind.INTERNAL
    is_logged = False  # True when its outage has a line in the log already, for everybody whom it affects


class SettingsError(FoyerError):
    """A setting is wrong."""

    def __init__(self, message: str, *, log_format: str = "text") -> None:
        """`log_format` is LOG_FORMAT, where that itself can be used."""
        super().__init__(message)
        self.log_format = log_format


class NotConfigured(FoyerError):
    """A part that is not configured; the text says what to set."""


class BoardError(FoyerError):
    """A board file is wrong."""

    def __init__(self, message: str, *, file: str = "", line: int | None = None) -> None:
        self.file = file
        self.line = line
        name = PurePath(file).name  # not the folder, which is a setting's value
        where = f"{name}, line {line}: " if line else f"{name}: " if name else ""
        super().__init__(where + message)


class ModuleRuleError(FoyerError):
    """A discovered module breaks the rule of its folder."""


class ParameterError(FoyerError):
    """A request parameter is invalid. The message has its name and the allowed values, and nothing from the request.

    `parameter` is the name, which must be one that Foyer knows; "" when the words are about several.
    """

    def __init__(self, parameter: str, words: str) -> None:
        super().__init__(f"`{parameter}` {words}" if parameter else words)
        self.parameter = parameter


class Overloaded(FoyerError):
    """More hits than can be stored now."""


class ShareUsedUp(Overloaded):
    """One viewer uses more at once than is theirs."""


class NotDrawn(FoyerError):
    """A chart cannot be drawn, or not in time."""


class HitRejected(FoyerError):
    """A hit is not counted, and the sender gets the reason."""


class BadHit(HitRejected):
    """A hit cannot be parsed."""


class TooLarge(HitRejected):
    """A hit is longer than a hit may be."""


class UnknownSite(HitRejected):
    """The site of a hit does not exist."""


class ForeignHost(HitRejected):
    """The page of a hit does not belong to the site."""


class TooFast(HitRejected):
    """Too many hits from one sender."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class StoreDown(FoyerError):
    """The shared store does not answer."""


class StateDown(FoyerError):
    """The state database does not answer."""


class SignInRefused(FoyerError):
    """This person may not sign in."""


class SourceError(FoyerError):
    """A source gave no figures. `wall_text` says why to people who see the wall; '' for the usual words of the kind."""

    kind = ErrorKind.UNAVAILABLE

    def __init__(self, message: str, *, wall_text: str = "") -> None:
        self.wall_text = wall_text
        super().__init__(message)


class Unavailable(SourceError):
    """Temporary; retry soon."""


class OverQuota(SourceError):
    """The quota is used up; retry after `retry_after` seconds."""

    kind = ErrorKind.OVER_QUOTA

    def __init__(self, message: str, *, retry_after: float, wall_text: str = "") -> None:
        self.retry_after = retry_after
        super().__init__(message, wall_text=wall_text)


class SourceMisconfigured(SourceError):
    """A person must change something before a retry can succeed; `retry_after` where one may succeed soon after."""

    kind = ErrorKind.MISCONFIGURED

    def __init__(self, message: str, *, retry_after: float | None = None, wall_text: str = "") -> None:
        self.retry_after = retry_after
        super().__init__(message, wall_text=wall_text)


class BadAnswer(SourceError):
    """The source answered something that cannot be read."""

    kind = ErrorKind.BAD_ANSWER


def error_kind(error: Exception) -> ErrorKind:
    """Returns the kind of any exception; INTERNAL for those that are not Foyer's own."""
    return error.kind if isinstance(error, FoyerError) else ErrorKind.INTERNAL
