"""Checks the sign-in service for `run.py check`."""

from utilities.accounts.signin.issuer import ClientRegistration, Issuer
from utilities.config.settings import Settings
from utilities.http.client import HttpClient
from utilities.model.clock import Clock
from utilities.model.errors import BadAnswer, Unavailable


async def check_issuer(settings: Settings, clock: Clock) -> str:
    """Checks that the sign-in service answers and accepts the client's secret."""
    issuer, back = settings.oidc_issuer, f"{settings.address}/login/callback"
    secret = settings.google_client_secret.get_secret_value()
    registration = ClientRegistration(issuer, settings.google_client_id, secret, back, settings.allowed_domains)
    async with HttpClient(settings.proxies) as client:
        try:
            await Issuer(registration, client, clock).check_registration()
        except (Unavailable, BadAnswer) as error:
            raise Unavailable(f"OIDC_ISSUER: {error}; is there a network, and is the address right?") from None
    return "the issuer answers and knows the client; people come back to /login/callback at PUBLIC_URL"
