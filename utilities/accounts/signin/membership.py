"""Decides from the claims of a verified token whether a person belongs to the company."""

from collections.abc import Collection, Mapping
from typing import Any

from utilities.model.errors import SignInRefused
from utilities.model.principals import Person

MAX_CLAIM_CHARS = 255  # of a subject, as OpenID Connect has it, and of an e-mail address


def check_membership(claims: Mapping[str, Any], domains: Collection[str]) -> Person:
    """Returns the person; raises SignInRefused unless `hd`, `email_verified` and the domain are those of the company.

    The address alone proves nothing: a personal account can carry a company address. `hd` is what Google says of
    accounts that the company itself manages.
    """
    subject, email = claims.get("sub"), claims.get("email")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_CLAIM_CHARS or not subject.isascii():
        raise SignInRefused("The answer to the sign-in does not say who you are.")
    if not any(claims.get("hd") == domain for domain in domains):
        raise SignInRefused("This is not one of the company's accounts. Sign in with your work account.")
    if claims.get("email_verified") is not True:
        raise SignInRefused("The e-mail address of this account has not been verified.")
    if not isinstance(email, str) or not is_in_domains(email, domains):
        raise SignInRefused("The e-mail address of this account is not one of the company's.")
    name = claims.get("name")
    return Person(
        str(claims["iss"]), subject, email, name[:MAX_CLAIM_CHARS] if isinstance(name, str) and name else email
    )


def is_in_domains(email: str, domains: Collection[str]) -> bool:
    """Whether it has exactly one @, plain characters before it, and one of the domains after it."""
    mailbox, _, domain = email.rpartition("@")
    plain = mailbox.isascii() and mailbox.isprintable() and not any(c in mailbox for c in '@ <>,;:"\\()[]')
    return bool(mailbox) and plain and len(email) <= MAX_CLAIM_CHARS and domain.lower() in domains
