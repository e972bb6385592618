"""Checks of where notices go: SMTP_URL, MAIL_FROM, ALERT_MAIL_TO, ALERT_SLACK_URL, ALERT_WEBHOOK_URL and its secret.

Each check returns the normalized value or raises ValueError, whose text never repeats a part of the value.
"""

import base64
import ipaddress
import re
from collections.abc import Iterator
from email.utils import formataddr, parseaddr
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import idna

from utilities.config.store_urls import check_files_exist, check_options, split_address
from utilities.config.validators import DOMAIN_PATTERN, is_this_machine

MAX_MAIL_ADDRESSES = 50
MAX_SENDER_NAME_CHARS = 60
SECRET_PREFIX = "whsec_"  # noqa: S105 (begins a secret, is none)
MIN_WEBHOOK_KEY_BYTES, MAX_WEBHOOK_KEY_BYTES = 24, 64
MAILBOX = re.compile(r"([\w.!#$%&'*+/=?^`{|}~-]{1,64})@([^@\s]{1,253})", re.ASCII)
MAIL_PORTS = {"smtps": 465, "smtp": 587}
ORDINARY_SEGMENT = re.compile("[a-z_-]{1,12}|v[0-9]")  # of a path: /services/, /hooks/


class MailServer(NamedTuple):
    """What SMTP_URL says."""

    host: str
    port: int
    user: str
    password: str
    is_tls_at_once: bool
    is_plain: bool  # to this machine only
    ca_cert: str  # a file with the certificates to trust; '' for those of the system


def parse_smtp_url(value: str) -> MailServer:
    """Returns the parts of an address that `check_smtp_url` has returned."""
    parts = urlsplit(value)
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return MailServer(
        parts.hostname or "",
        parts.port or MAIL_PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        parts.scheme == "smtps",
        options.get("tls") == "none",
        options.get("ca_cert", ""),
    )


def check_smtp_url(value: str) -> str:
    """Returns the address of a mail server unchanged; without TLS only one on this machine."""
    if not value:
        return value
    parts = split_address(value, "smtps", "smtp")
    if not parts.hostname or parts.path.strip("/"):
        raise ValueError("it must be the address of a mail server, like smtp://user:password@mail.example.com:587")
    options = check_options(parts, {"tls", "ca_cert"})
    check_files_exist(options, "ca_cert")
    if "tls" in options:
        if options["tls"] != "none" or parts.scheme == "smtps":
            raise ValueError(
                "smtps:// is TLS, smtp:// requires STARTTLS, and the only other choice is smtp:// with tls=none"
            )
        if not is_this_machine(parts.hostname):
            raise ValueError("tls=none is for a mail server on this machine: leave it out, so that mail is encrypted")
    if bool(parts.username) != bool(parts.password):
        raise ValueError("a user name and a password belong together: user:password@ before the host, or neither")
    return value


def check_mail_address(value: str) -> str:
    """Returns one mailbox, its domain in ASCII."""
    match = MAILBOX.fullmatch(value)
    try:
        domain = idna.encode(match[2], uts46=True).decode("ascii") if match and match[2] != "localhost" else "localhost"
    except idna.IDNAError:
        match, domain = None, ""
    if match is None or not (domain == "localhost" or DOMAIN_PATTERN.fullmatch(domain)):
        raise ValueError("not a mail address, like ada@example.com")
    return f"{match[1]}@{domain}"


def check_mail_addresses(value: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the mailboxes, each once."""
    if len(value) > MAX_MAIL_ADDRESSES:
        raise ValueError(f"there are more than {MAX_MAIL_ADDRESSES} addresses: use a mailing list")
    result = {}
    for place, each in enumerate(value, 1):
        try:
            result[check_mail_address(each).lower()] = check_mail_address(each)
        except ValueError:
            raise ValueError(f"entry {place} is not a mail address, like ada@example.com") from None
    return tuple(result.values())


def check_sender(value: str) -> str:
    """Returns the sender of mail: `foyer@example.com` or `Foyer <foyer@example.com>`."""
    if not value:
        return value
    name, mailbox = parseaddr(value)
    if re.search(r"[\x00-\x1f\x7f]|://", value) or len(name) > MAX_SENDER_NAME_CHARS:
        raise ValueError("not a mail address, like Foyer <foyer@example.com>")
    return formataddr((name, check_mail_address(mailbox)), charset="utf-8") if name else check_mail_address(mailbox)


def check_hook_url(value: str) -> str:
    """Returns the address of a webhook; https, or http in the own network."""
    if not value:
        return value
    parts = split_address(value, "https", "http")
    host = parts.hostname or ""
    if not host or parts.username is not None or parts.port == 0:
        raise ValueError("it must be an address without a user name, like https://hooks.example.com/services/…")
    if parts.scheme == "http" and not is_own_network(host):
        raise ValueError("it must be https, because the address is a secret; http is for hosts of the own network")
    if is_link_local(host):
        raise ValueError("its host is an address of the cloud's metadata service, which is no webhook")
    return value


def is_own_network(host: str) -> bool:
    """Whether a host is this machine, a name without dots, or a private address."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".internal", ".local", ".localhost", ".lan"))


def is_link_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_link_local
    except ValueError:
        return host.startswith("metadata.")


def check_webhook_secret(value: str) -> str:
    """Returns the keys that sign webhooks, with commas between them: the new one and, for a while, the old one."""
    for key in split_keys(value):
        try:
            raw = base64.b64decode(key.removeprefix(SECRET_PREFIX) + "==", validate=False)
        except ValueError:
            raw = b""
        if not key.startswith(SECRET_PREFIX) or not MIN_WEBHOOK_KEY_BYTES <= len(raw) <= MAX_WEBHOOK_KEY_BYTES:
            raise ValueError(
                f"it must be {SECRET_PREFIX} and base64 of {MIN_WEBHOOK_KEY_BYTES} to {MAX_WEBHOOK_KEY_BYTES} random "
                "bytes: python3 -c 'import base64, secrets; "
                f'print("{SECRET_PREFIX}" + base64.b64encode(secrets.token_bytes(32)).decode())\''
            )
    return value


def split_keys(value: str) -> list[str]:
    return [key.strip() for key in value.split(",") if key.strip()]


def secret_segments(address: str) -> Iterator[str]:
    """Yields the parts of a webhook's address that are secret: of its path all but usual words, and its parameters."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return
    yield from (each for each in parts.path.split("/") if each and not ORDINARY_SEGMENT.fullmatch(each))
    yield from (each for values in parse_qs(parts.query).values() for each in values)


def alert_faults(
    mail_to: tuple[str, ...], mail_from: str, server: str, hook: str, key: str
) -> Iterator[tuple[str, str]]:
    """Yields what is missing for a channel that is configured in part."""
    if mail_to and not server:
        yield "SMTP_URL", "SMTP_URL is not set, so ALERT_MAIL_TO gets no mail: set it to your mail server."
    if (mail_to or server) and not mail_from:
        yield "MAIL_FROM", "MAIL_FROM is not set, so mail has no sender: set it, like Foyer <foyer@example.com>."
    if hook and not key:
        yield (
            "ALERT_WEBHOOK_SECRET",
            "ALERT_WEBHOOK_SECRET is not set, so ALERT_WEBHOOK_URL cannot tell that a notice is Foyer's: set it.",
        )
    if key and not hook:
        yield "ALERT_WEBHOOK_URL", "ALERT_WEBHOOK_URL is not set, so ALERT_WEBHOOK_SECRET has no use: set both."
