"""Decides from the claims of a verified token whether a person belongs to the company."""

from collections.abc import Collection, Mapping
from typing import Any

from utilities.accounts.admission import is_in_domains
from utilities.model.errors import SignInRefused
from utilities.model.principals import Person
from utilities.model.text import clean_text

MAX_CLAIM_CHARS = 255  # of a subject, as OpenID Connect has it, and of an e-mail address


def check_membership(claims: Mapping[str, Any], domains: Collection[str]) -> Person:
    """Returns the person; raises SignInRefused unless `hd`, `email_verified` and the domain are those of the company.

    The address alone proves nothing: a personal account can carry a company address. `hd` is what Google says of
    accounts that the company itself manages.
    """
    subject, email = claims.get("sub"), claims.get("email")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_CLAIM_CHARS or not is_plain(subject):
        raise SignInRefused("The answer to the sign-in does not say who you are.")
    if not any(claims.get("hd") == domain for domain in domains):
        raise SignInRefused("This is not one of the company's accounts. Sign in with your work account.")
    if claims.get("email_verified") is not True:
        raise SignInRefused("The e-mail address of this account has not been verified.")
    if not isinstance(email, str) or not is_in_domains(email, domains):
        raise SignInRefused("The e-mail address of this account is not one of the company's.")
    name = claims.get("name")
    shown = clean_text(name, MAX_CLAIM_CHARS) if isinstance(name, str) else ""
    return Person(str(claims["iss"]), subject, email, shown or email, domain=str(claims["hd"]))


def is_plain(text: str) -> bool:
    """Whether both databases can store it, and a log line show it."""
    return text.isascii() and text.isprintable()
