"""Principals: who sends a request."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Nobody:
    """Not identified. Is false, so that templates can write `{% if principal %}`."""

    def __bool__(self) -> bool:
        return False


@dataclass(frozen=True)
class Person:
    """Somebody who signed in; (issuer, subject) identifies them."""

    issuer: str
    subject: str
    email: str
    name: str
    domain: str = ""  # the company that manages the account: the `hd` claim
    number: int = 0  # the row in the state database; 0 for LOCAL_PERSON
    expires_at: datetime | None = None  # when they must sign in again, even while active

    @property
    def label(self) -> str:
        """How lists and the log name the person."""
        return self.email or self.name


@dataclass(frozen=True)
class PairedScreen:
    """One paired television; it reads the walls of its boards and nothing else."""

    number: int
    name: str
    boards: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class ApiClient:
    """A program that uses the API with a token."""

    number: int
    name: str
    scopes: frozenset[str] = field(default_factory=frozenset)


Principal = Nobody | Person | PairedScreen | ApiClient

NOBODY = Nobody()
LOCAL_PERSON = Person(issuer="", subject="local", email="", name="this machine")
"""Everybody on loopback while sign-in is not configured."""
