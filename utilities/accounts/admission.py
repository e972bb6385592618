"""Checks what was stored earlier against today's settings: each session, token and share link, at each use."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

MAX_EMAIL_CHARS = 255


@dataclass(frozen=True)
class Maker:
    """Who made a session, a token or a link: the person as stored now, and the sign-in that was configured then."""

    sign_in: str | None  # as `sign_in_id` returns it; '' without sign-in, None when Foyer did not store it yet
    email: str | None = None  # None when the person has been removed, or without sign-in
    domain: str | None = None  # the `hd` claim of their last sign-in; None when Foyer did not store it yet


@dataclass(frozen=True)
class Admission:
    """The sign-in and the domains of today's settings; without arguments: nobody signs in."""

    sign_in: str = ""
    domains: tuple[str, ...] = ()

    def admits(self, maker: Maker) -> bool:
        """Whether something of this maker may still be used."""
        if maker.sign_in != self.sign_in:
            return False
        if not self.sign_in:
            return True
        if maker.email is None or not is_in_domains(maker.email, self.domains):
            return False
        return maker.domain is None or maker.domain in self.domains


def sign_in_id(issuer: str, client: str) -> str:
    """Returns what is stored of a sign-in configuration: another issuer or client has another one."""
    return hashlib.sha256(f"{issuer.rstrip('/')}\n{client}".encode()).hexdigest()[:32]


def is_in_domains(email: str, domains: Collection[str]) -> bool:
    """Whether it has exactly one @, plain characters before it, and one of the domains after it."""
    mailbox, _, domain = email.rpartition("@")
    plain = mailbox.isascii() and mailbox.isprintable() and not any(c in mailbox for c in '@ <>,;:"\\()[]')
    return bool(mailbox) and plain and len(email) <= MAX_EMAIL_CHARS and domain.lower() in domains
