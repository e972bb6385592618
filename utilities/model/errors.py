"""Every error Foyer raises on purpose.

    FoyerError
    ├── SettingsError      the environment is wrong; the start stops with its sentence
    ├── BoardError         a board file is wrong; carries file and line
    ├── ModuleRuleError    a module in a found folder does not export what the folder agrees on
    ├── ParameterError     a request asks for something in a way we cannot read; names the parameter and what is allowed
    ├── Overrun            more hits than can be kept just now; try again
    ├── HitRefused         a hit that is not counted, and whoever sent it is told so
    │   ├── BadHit         it cannot be understood
    │   ├── TooLarge       it is longer than hits are
    │   ├── UnknownSite    there is no such site
    │   ├── ForeignHost    the page is not one of the site's
    │   └── TooFast        too many of them; not before `retry_after` seconds have gone by
    ├── NotDrawn           a chart that the drawing engine cannot draw, or not in time
    ├── StoreDown          the shared store does not answer; pages go on from memory
    ├── StateDown          the state database does not answer
    ├── SignInRefused      this person does not get in; the message is fit to be shown
    └── SourceError        a source gave no figures
        ├── Unavailable    not now; ask again soon
        ├── OverQuota      not before `retry_after` seconds have gone by
        ├── Refused        not until a person changes something
        └── BadAnswer      it answered, but not with anything we can read

Only handlers know status codes.
"""


class FoyerError(Exception):
    """Root of the tree; its text is a sentence a person can act on."""


class SettingsError(FoyerError):
    """The environment is wrong."""


class BoardError(FoyerError):
    """A board file is wrong."""

    def __init__(self, message: str, *, file: str = "", line: int | None = None) -> None:
        self.file = file
        self.line = line
        where = f"{file}, line {line}: " if line else f"{file}: " if file else ""
        super().__init__(where + message)


class ModuleRuleError(FoyerError):
    """A found module breaks the rule of its folder."""


class ParameterError(FoyerError):
    """A parameter cannot be understood; the text names it and what is allowed, and nothing of the request."""


class Overrun(FoyerError):
    """More hits than can be kept just now."""


class NotDrawn(FoyerError):
    """A chart cannot be drawn, or not in time."""


class HitRefused(FoyerError):
    """A hit is not counted, and whoever sent it is told so."""


class BadHit(HitRefused):
    """A hit cannot be understood."""


class TooLarge(HitRefused):
    """A hit is longer than hits are."""


class UnknownSite(HitRefused):
    """A hit for a site there is not."""


class ForeignHost(HitRefused):
    """A hit for a page that is not one of the site's."""


class TooFast(HitRefused):
    """Too many hits."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class StoreDown(FoyerError):
    """The shared store does not answer."""


class StateDown(FoyerError):
    """The state database does not answer."""


class SignInRefused(FoyerError):
    """This person does not get in."""


class SourceError(FoyerError):
    """A source gave no figures."""


class Unavailable(SourceError):
    """Not now; ask again soon."""


class OverQuota(SourceError):
    """Too many questions; wait."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class Refused(SourceError):
    """Not until a person acts."""


class BadAnswer(SourceError):
    """An answer nobody can read."""
