"""Sign-in and sign-out: the sign-in page, the redirect to the issuer, its callback, and sign-out."""

import hmac
import logging
from datetime import timedelta

from handlers.base.authenticator import SignIn
from handlers.base.errors import SIGN_IN_FAILED, HttpProblem
from handlers.base.handler import BaseHandler
from handlers.base.unauthenticated import sign_in_url
from utilities.accounts.database.sessions import SESSION_LIFETIME
from utilities.accounts.signin.attempts import (
    ATTEMPT_LIFETIME_SECONDS,
    SignInAttempt,
    attempt_key,
    parse_attempt,
    start_attempt,
)
from utilities.accounts.signin.issuer import GOOGLE_ISSUER
from utilities.accounts.signin.return_url import DEFAULT_RETURN_URL, safe_return_url
from utilities.http.client_address import address_block
from utilities.model.errors import SignInRefused
from utilities.model.principals import Person

log = logging.getLogger("foyer.sign_in")

MAX_CODE_CHARS = 2048
FAILED_STATUSES = (400, 403, 500, 503)
SIGN_IN_AGAIN = "Please sign in again."
# Errors that an issuer may send (OpenID Connect 3.1.2.6), with our status and sentence.
# The description of the issuer is not shown: anybody could write one into an address.
ISSUER_ERRORS = {
    "access_denied": (403, "You did not sign in, or your account may not."),
    "admin_policy_enforced": (403, "Your company's Google administrator does not allow Foyer yet."),
    "org_internal": (403, "This is not one of the company's accounts. Sign in with your work account."),
    "server_error": (503, "The sign-in service has a fault. Try again in a moment."),
    "temporarily_unavailable": (503, "The sign-in service does not answer just now. Try again in a moment."),
}


class LoginPage(BaseHandler):
    """The sign-in page; people with a session are redirected to the page they came for."""

    async def get(self) -> None:
        return_url = safe_return_url(self.get_query_argument("next", DEFAULT_RETURN_URL))
        if self.authenticator.sign_in is not None and isinstance(await self.identify_principal(), Person):
            self.redirect(return_url)
            return
        google = self.services.settings.oidc_issuer == GOOGLE_ISSUER
        self.render_page(
            "login.html", next=return_url, ended=self.get_query_argument("ended", "") == "1", google=google
        )


class SignInHandler(BaseHandler):
    """Base of the two steps of signing in: the rate limits, and the title of what fails."""

    def write_problem(self, status: int, title: str, sentence: str, error: BaseException | None) -> None:
        super().write_problem(status, SIGN_IN_FAILED if status in FAILED_STATUSES else title, sentence, error)

    async def limited_sign_in(self) -> SignIn:
        """Returns what people sign in with. Raises HttpProblem 404 without sign-in and 429 above the address's limit.

        What costs nobody anything counts for the address only: strangers could use up what all people share.
        """
        sign_in = self.authenticator.sign_in
        if sign_in is None:
            raise HttpProblem(404, "There is no sign-in: this Foyer answers on its own machine only.")
        self.raise_if_limited(await sign_in.limiter.count_attempt(self.address_block, in_total=False))
        return sign_in

    @property
    def address_block(self) -> str:
        return address_block(self.client_address)

    @staticmethod
    def raise_if_limited(wait: int, whose: str = "from your network") -> None:
        if wait:
            sentence = f"Too many sign-ins {whose}. Try again in {wait} seconds."
            raise HttpProblem(429, sentence, {"Retry-After": str(wait)})


class Login(SignInHandler):
    """Redirects to the issuer. A GET, because it only sets a cookie."""

    async def get(self) -> None:
        sign_in = await self.limited_sign_in()
        attempt = start_attempt(self.get_query_argument("next", DEFAULT_RETURN_URL))
        address = await sign_in.issuer.authorization_url(attempt)
        self.authenticator.cookies.set_attempt(self, attempt.key, attempt.to_text(), ATTEMPT_LIFETIME_SECONDS)
        self.redirect(address)


class Callback(SignInHandler):
    """The address the issuer redirects to; refused without the cookie of the attempt."""

    async def get(self) -> None:
        sign_in = await self.limited_sign_in()
        attempt = await self.read_attempt(sign_in)
        self.sign_in_url = sign_in_url(attempt.return_url)
        if not await sign_in.sessions.spend_attempt(
            attempt.state, self.authenticator.clock() + timedelta(seconds=ATTEMPT_LIFETIME_SECONDS)
        ):
            raise HttpProblem(400, f"This sign-in has been used already. {SIGN_IN_AGAIN}")
        await self.end_old_session(sign_in)
        code = self.read_code(sign_in)
        self.raise_if_limited(await sign_in.limiter.count_call(self.address_block), "at once")
        try:
            person = await sign_in.issuer.fetch_person(code, attempt)
        except SignInRefused:
            sign_in.limiter.count_failure(self.address_block)
            raise
        session = await sign_in.sessions.start_session(person)
        self.authenticator.cookies.set_cookie(
            self, self.authenticator.cookies.session_name, session, SESSION_LIFETIME.total_seconds()
        )
        log.info("%s signed in from %s", person.email, self.client_address)
        self.redirect(attempt.return_url)

    async def read_attempt(self, sign_in: SignIn) -> SignInAttempt:
        """Returns the attempt in the cookie for the state in the address, and clears the cookie.

        Raises HttpProblem without one; others of this kind then get 429 when there are too many of all clients.
        """
        state = self.get_query_argument("state", "")
        name = self.authenticator.cookies.attempt_name(attempt_key(state))
        attempt = parse_attempt(
            self.authenticator.cookies.verify_value(name, self.get_cookie(name), ATTEMPT_LIFETIME_SECONDS)
        )
        if self.get_cookie(name) is not None:
            self.authenticator.cookies.clear_cookie(self, name)
        if attempt is None or not hmac.compare_digest(state.encode(), attempt.state.encode()):
            self.raise_if_limited(await sign_in.limiter.count_forgery(), "failed")
            raise HttpProblem(400, f"This sign-in was not started in this browser, or too long ago. {SIGN_IN_AGAIN}")
        return attempt

    def read_code(self, sign_in: SignIn) -> str:
        """Returns the code. Raises HttpProblem when the issuer sent an error instead."""
        issuer = self.get_query_argument("iss", "")  # RFC 9207
        if issuer and issuer.rstrip("/") != sign_in.issuer.registration.issuer:
            raise HttpProblem(400, f"This answer came from somebody else. {SIGN_IN_AGAIN}")
        error = self.get_query_argument("error", "")
        if error:
            status, sentence = ISSUER_ERRORS.get(error, (400, "The sign-in service did not say who you are."))
            raise HttpProblem(status, f"{sentence} {SIGN_IN_AGAIN}" if status == 400 else sentence)
        code = self.get_query_argument("code", "")
        if not 0 < len(code) <= MAX_CODE_CHARS:
            raise HttpProblem(400, f"The sign-in service sent no code. {SIGN_IN_AGAIN}")
        return code

    async def end_old_session(self, sign_in: SignIn) -> None:
        """Ends the old session before the new one starts, so that nothing of it is left if sign-in fails."""
        if self.session_id is not None:
            self.authenticator.cookies.clear_cookie(self, self.authenticator.cookies.session_name)
            await sign_in.sessions.end_session(self.session_id)


class SignOut(BaseHandler):
    """Ends the session in every window; a POST, so that no image or link can do it."""

    async def post(self) -> None:
        if self.authenticator.sign_in is not None:
            self.authenticator.cookies.clear_cookie(self, self.authenticator.cookies.session_name)
            if self.session_id is not None:
                await self.authenticator.sign_in.sessions.end_session(self.session_id)
        # Not "cookies": browsers would clear those of the company's domain and not only those of this host.
        self.set_header("Clear-Site-Data", '"cache", "storage"')
        self.redirect("/login-page?ended=1", status=303)
