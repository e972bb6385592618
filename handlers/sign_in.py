"""Signing in and out: the page for those outside, the way to the issuer and back, and the way out."""

from handlers.base import BaseHandler


class LoginPage(BaseHandler):
    """For those outside."""

    def get(self) -> None:
        self.page("login.html", next="/", ended=False)
