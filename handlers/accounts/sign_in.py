"""Signing in and out: the page for those outside, the way to the issuer and back, and the way out."""

import hmac
import logging
from datetime import timedelta

from handlers.base.authenticator import SignIn
from handlers.base.errors import HttpProblem
from handlers.base.handler import BaseHandler
from utilities.accounts.database.sessions import LONGEST
from utilities.accounts.signin.attempts import SECONDS, Attempt, begin, load
from utilities.accounts.signin.issuer import GOOGLE
from utilities.accounts.signin.return_url import HOME, destination
from utilities.http.client_address import household

log = logging.getLogger("foyer.sign_in")

LONGEST_CODE = 2048
AGAIN = "Please sign in again."
# What an issuer may say instead of letting somebody in (OpenID Connect 3.1.2.6): the status and our words for it.
# Its own description is left out: anybody could write one into an address and have it shown under our name.
ISSUER_SAYS = {
    "access_denied": (403, "You did not sign in, or your account may not."),
    "admin_policy_enforced": (403, "Your company's Google administrator does not allow Foyer yet."),
    "org_internal": (403, "This is not one of the company's accounts. Sign in with your work account."),
    "server_error": (503, "The sign-in service has a fault. Try again in a moment."),
    "temporarily_unavailable": (503, "The sign-in service does not answer just now. Try again in a moment."),
}


class LoginPage(BaseHandler):
    """For those outside; those inside are sent where they wanted to go."""

    async def get(self) -> None:
        then = destination(self.get_query_argument("next", HOME))
        if self.door.sign_in is not None and await self.identify():
            self.redirect(then)
            return
        google = self.services.settings.oidc_issuer == GOOGLE
        self.page("login.html", next=then, ended=self.get_query_argument("ended", "") == "1", google=google)


class AtTheDoor(BaseHandler):
    """What the two halves of signing in share: the pace, and the cookie that ties them together."""

    async def sign_in(self) -> SignIn:
        """What there is to sign in with, for those who do not come too often."""
        sign_in = self.door.sign_in
        if sign_in is None:
            raise HttpProblem(404, "Nobody signs in here: this Foyer listens to its own machine only.")
        wait = await sign_in.pace.wait(household(self.client))
        if wait:
            sentence = f"Too many people are signing in from where you are. Try again in {wait} seconds."
            raise HttpProblem(429, sentence, {"Retry-After": str(wait)})
        return sign_in


class Login(AtTheDoor):
    """Sends somebody to the issuer. A GET, because it changes nothing but a cookie of the browser's own."""

    async def get(self) -> None:
        sign_in = await self.sign_in()
        attempt = begin(self.get_query_argument("next", HOME))
        address = await sign_in.issuer.way_there(attempt)
        self.door.cookies.put(self, self.door.cookies.attempt, attempt.dump(), SECONDS)
        self.redirect(address)


class Callback(AtTheDoor):
    """Where the issuer sends people back to; whoever comes without the cookie of the attempt is not let on."""

    async def get(self) -> None:
        sign_in = await self.sign_in()
        attempt = self.attempt()
        self.door.cookies.drop(self, self.door.cookies.attempt)
        if attempt is None:
            raise HttpProblem(400, f"This sign-in was not begun in this browser, or too long ago. {AGAIN}")
        if not await sign_in.sessions.spend(attempt.state, self.door.clock() + timedelta(seconds=SECONDS)):
            raise HttpProblem(400, f"This sign-in has been used already. {AGAIN}")
        await self.leave(sign_in)
        person = await sign_in.issuer.person(self.code(sign_in), attempt)
        session = await sign_in.sessions.start(person)
        self.door.cookies.put(self, self.door.cookies.session, session, LONGEST.total_seconds())
        log.info("%s signed in from %s", person.email, self.client)
        self.redirect(attempt.then)

    def attempt(self) -> Attempt | None:
        """The attempt this is the answer to: the state in the address and the one in the cookie are the same."""
        name = self.door.cookies.attempt
        attempt = load(self.door.cookies.open(name, self.get_cookie(name), SECONDS))
        state = self.get_query_argument("state", "")
        same = attempt is not None and hmac.compare_digest(state.encode(), attempt.state.encode())
        return attempt if same else None

    def code(self, sign_in: SignIn) -> str:
        """The code, unless the issuer sent a reason instead."""
        issuer = self.get_query_argument("iss", "")  # RFC 9207
        if issuer and issuer.rstrip("/") != sign_in.issuer.registration.issuer:
            raise HttpProblem(400, f"This answer came from somebody else. {AGAIN}")
        error = self.get_query_argument("error", "")
        if error:
            status, sentence = ISSUER_SAYS.get(error, (400, "The sign-in service did not say who you are."))
            raise HttpProblem(status, f"{sentence} {AGAIN}" if status == 400 else sentence)
        code = self.get_query_argument("code", "")
        if not 0 < len(code) <= LONGEST_CODE:
            raise HttpProblem(400, f"The sign-in service sent no code. {AGAIN}")
        return code

    async def leave(self, sign_in: SignIn) -> None:
        """Whoever signs in signs out first, so that nothing of an older session is left, whatever comes of it."""
        if self.session is not None:
            self.door.cookies.drop(self, self.door.cookies.session)
            await sign_in.sessions.end(self.session)


class SignOut(BaseHandler):
    """Ends the session, here and in every other window; a POST, so that no picture or link can do it."""

    async def post(self) -> None:
        if self.door.sign_in is not None:
            self.door.cookies.drop(self, self.door.cookies.session)
            if self.session is not None:
                await self.door.sign_in.sessions.end(self.session)
        # Not "cookies": browsers would clear those of the whole company's domain, not of this host alone.
        self.set_header("Clear-Site-Data", '"cache", "storage"')
        self.redirect("/login-page?ended=1", status=303)
