"""Settings that are valid one by one and cannot work together."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from utilities.config import validators
from utilities.config.alert_addresses import alert_faults
from utilities.config.secret_checks import MIN_KEY_CHARS, signing_key_fault
from utilities.config.settings import Settings
from utilities.config.store_urls import ineffective_redis_options
from utilities.config.variable_names import PROVIDERS
from utilities.model.near_names import find_near_name

GOOGLE_ISSUER_HOST = "accounts.google.com"
GOOGLE_CLIENT_SUFFIX = ".apps.googleusercontent.com"


def find_conflicts(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yields conflicts between valid settings: the variable to change, and the sentence."""
    if settings.has_sign_in:
        yield from _sign_in_faults(settings)
    elif settings.loopback_only and settings.bind and not validators.is_this_machine(settings.bind):
        yield (
            "BIND",
            "BIND is not an address of loopback, but without sign-in only this machine may connect: "
            "set GOOGLE_CLIENT_ID, or leave BIND out. `run.py demo --public` shows the demo to everybody.",
        )
    smtp, hook, key = settings.smtp_url, settings.alert_webhook_url, settings.alert_webhook_secret
    secrets = (each.get_secret_value() for each in (smtp, hook, key))
    yield from alert_faults(settings.alert_mail_to, settings.mail_from, *secrets)
    yield from _unknown_networks(settings.share_providers)
    for option in ineffective_redis_options(settings.redis_url.get_secret_value()):
        yield "REDIS_URL", f"REDIS_URL: Foyer sets {option} itself; leave it out."
    if settings.google_application_credentials and settings.google_application_credentials_json.get_secret_value():
        yield (
            "GOOGLE_APPLICATION_CREDENTIALS",
            "GOOGLE_APPLICATION_CREDENTIALS and GOOGLE_APPLICATION_CREDENTIALS_JSON are both set: keep one.",
        )


def _unknown_networks(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yields a fault for the first name in SHARE_PROVIDERS that is no network."""
    networks = sorted(name.lower().replace("_", "-") for name in PROVIDERS)
    for place, name in enumerate((name.lower().replace("_", "-") for name in names), 1):
        if name not in networks:
            similar = find_near_name(name, networks)
            hint = f"did you mean {similar}?" if similar else f"there are {', '.join(networks)}."
            yield "SHARE_PROVIDERS", f"SHARE_PROVIDERS: entry {place} is not a network that Foyer knows; {hint}"
            return


def _sign_in_faults(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yields what is missing for sign-in."""
    if urlsplit(settings.oidc_issuer).hostname == GOOGLE_ISSUER_HOST and not settings.google_client_id.endswith(
        GOOGLE_CLIENT_SUFFIX
    ):
        yield (
            "GOOGLE_CLIENT_ID",
            f"GOOGLE_CLIENT_ID must end with {GOOGLE_CLIENT_SUFFIX}: copy the client ID, not the secret.",
        )
    if not settings.google_client_secret.get_secret_value():
        yield (
            "GOOGLE_CLIENT_SECRET",
            "GOOGLE_CLIENT_SECRET is not set: copy it from the same OAuth client as GOOGLE_CLIENT_ID.",
        )
    if not settings.allowed_domains:
        yield (
            "ALLOWED_DOMAINS",
            "ALLOWED_DOMAINS is empty, so nobody could sign in: set it to your domain, like example.com.",
        )
    if not settings.public_url:
        yield (
            "PUBLIC_URL",
            "PUBLIC_URL is not set, so Google cannot send people back: set it to the address people type, like "
            "https://foyer.example.com.",
        )
    keys = settings.signing_keys()
    what = signing_key_fault(keys)
    others = list(settings.secrets())
    if keys:
        others.remove(settings.secret_key.get_secret_value())
    if not what and set(others).intersection(keys):
        what = "the same as another secret"
    if what:
        yield (
            "SECRET_KEY",
            f"SECRET_KEY is {what}: make one of {MIN_KEY_CHARS} random characters or more, for instance with "
            "`python3 -c 'import secrets; print(secrets.token_urlsafe(48))'`.",
        )
