"""Principals: who a request speaks for."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Nobody:
    """Has not said who they are; counts as false, so that a template may ask `{% if principal %}`."""

    def __bool__(self) -> bool:
        return False


@dataclass(frozen=True)
class Person:
    """Somebody who signed in; (issuer, subject) is who they are, the rest is what they are called."""

    issuer: str
    subject: str
    email: str
    name: str
    number: int = 0  # their row in the state database; 0 for the local person
    until: datetime | None = None  # when they must sign in again whatever they do


@dataclass(frozen=True)
class Screen:
    """One paired television."""

    number: int
    name: str


@dataclass(frozen=True)
class Token:
    """A program with a token of its own."""

    number: int
    name: str
    scopes: frozenset[str] = field(default_factory=frozenset)


Principal = Nobody | Person | Screen | Token

NOBODY = Nobody()
LOCAL = Person(issuer="", subject="local", email="", name="this machine")
"""Everybody on loopback while no sign-in is configured."""
