"""What every handler shares: the process's services, pages, and the rule that somebody must be allowed."""

import asyncio
import logging
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from tornado.escape import url_escape
from tornado.web import HTTPError, RequestHandler

from handlers.base.errors import HttpProblem, sentence_of, status_of, title_of
from handlers.base.permissions import Route, Table
from utilities.model.principals import LOCAL_PERSON, NOBODY, ApiClient, Nobody, Principal

if TYPE_CHECKING:  # a process that only collects has neither
    from handlers.base.authenticator import Door
    from utilities.services import Services

log = logging.getLogger("foyer.handlers")

CHALLENGE = 'Bearer realm="Foyer"'


class BaseHandler(RequestHandler):
    """Denies by default; handlers/serving/routes.py says who may do what.

    Do not override `prepare` or `write_error`.
    """

    principal: Principal = NOBODY
    logged = True  # whether each request is worth a line in the log
    for_programs = False  # whether nobody is sent to sign in, whatever they accept

    @property
    def services(self) -> "Services":
        return cast("Services", self.settings["services"])

    @property
    def door(self) -> "Door":
        return cast("Door", self.settings["door"])

    @property
    def client(self) -> str:
        """The address the request really came from; use it and never `request.remote_ip`."""
        return self.door.client(self.request)

    @property
    def session(self) -> str | None:
        """The session's secret id, when there is one."""
        return self.door.cookies.session_of(self.request)

    @property
    def bearer(self) -> str | None:
        """The token the request came with."""
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    @property
    def unzips(self) -> bool:
        """Whether the answer may be zipped; for what holds nothing of its request only (BREACH, docs/security.md)."""
        return "gzip" in self.request.headers.get("Accept-Encoding", "")

    @property
    def ended(self) -> asyncio.Event:
        """Set when the session of this request ends: a stream holds on to it and stops then. Never set without one."""
        sessions, session = self.door.sessions, self.session
        return asyncio.Event() if sessions is None or session is None else sessions.watch(session)

    def set_default_headers(self) -> None:
        # Not `set_header`, which would look nine values over anew for each request.
        for name, value in self.settings["headers"].items():
            self._headers[name] = value
        del self._headers["Server"]

    def check_trusted_origin(self, origin: str) -> bool:
        route = cast(Table, self.settings["access"]).get(type(self))
        return route is not None and route.any_origin

    async def prepare(self) -> None:
        route = cast(Table, self.settings["access"]).get(type(self))
        if route is None:
            log.error("%s is in no route's entry, so it is refused", type(self).__name__)
            raise HttpProblem(403)
        if not route.any_host and self.request.headers.get("Host", "") not in self.door.hosts:
            raise HttpProblem(421)
        if Nobody not in route.allow:
            self.principal = await self.identify()
            self.admit(route)

    async def identify(self) -> Principal:
        """Who this request speaks for; pages that are for everyone call it when they want to know.

        A token goes before a session: whoever sends one means it, and a browser never does by itself.
        """
        if self.bearer is not None:
            return await self.program(self.bearer)
        if self.door.sign_in is None:
            return LOCAL_PERSON if self.door.is_local(self.request) else NOBODY
        session = self.session
        return NOBODY if session is None else await self.door.sign_in.sessions.person(session) or NOBODY

    async def program(self, bearer: str) -> Principal:
        """Whose token this is, unless it comes too often."""
        programs = self.door.programs
        if programs is None or (self.door.sign_in is None and not self.door.is_local(self.request)):
            return NOBODY
        token = await programs.tokens.find(bearer)
        if token is None:
            return NOBODY
        wait = await programs.pace.wait(str(token.number))
        if wait:
            sentence = f"This token asks too often. Try again in {wait} seconds."
            raise HttpProblem(429, sentence, {"Retry-After": str(wait)})
        return token

    def admit(self, route: Route) -> None:
        """Returns for those the route is for; sends people without a session to sign in, and refuses the rest."""
        if type(self.principal) in route.allow:
            if isinstance(self.principal, ApiClient) and route.scope not in self.principal.scopes:
                raise HttpProblem(403, f"This token was not made to {route.scope}.")
            return
        if not isinstance(self.principal, Nobody):
            raise HttpProblem(403)
        if self.door.sign_in is None and (self.bearer is None or not self.door.is_local(self.request)):
            raise HttpProblem(403, "Without sign-in, Foyer shows itself on its own machine only. Set GOOGLE_CLIENT_ID.")
        if self.bearer is not None or self.for_programs or not self.asks_for_a_page():
            raise HttpProblem(401, *unknown(self.bearer, route))
        self.redirect("/login-page?next=" + url_escape(self.request.uri or "/"))

    def page(self, template: str, **context: Any) -> None:
        """Renders `templates/<template>` and finishes; the template may use `principal` and `signs_in`."""
        html = self.services.templates.get_template(template).render(
            principal=self.principal, signs_in=self.door.sign_in is not None, **context
        )
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.finish(html)

    def decode_argument(self, value: bytes, name: str | None = None) -> str:
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            raise HttpProblem(400) from None  # Tornado would write the value, perhaps a secret, to the log

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        kwargs.pop("reason", None)  # always the usual phrase: one with something of the request in it splits headers
        if isinstance(error, HTTPError):
            error.reason = None
        super().send_error(status_of(error, status_code), **kwargs)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        for name, value in (error.headers if isinstance(error, HttpProblem) else {}).items():
            self.set_header(name, value)
        if status_code == 405:
            self.set_header("Allow", ", ".join(self.methods()))
        title, sentence = title_of(status_code, error), sentence_of(status_code, error)
        self.tell(status_code, title, sentence, error)

    def tell(self, status: int, title: str, sentence: str, error: BaseException | None) -> None:
        """Says what went wrong, as JSON or as a page."""
        told = {"status": status, "title": title, "sentence": sentence}
        if self.wants_json():
            self.finish({"error": told})
        elif self.request.path.endswith(".csv"):  # for a program, which would read a page as figures
            self.plainly(f"{title}. {sentence}\n")
        else:
            self.error_page(told)

    def error_page(self, told: dict[str, Any]) -> None:
        from jinja2 import TemplateError  # imported late: a process that only collects has no pages

        try:
            self.page("error.html", **told)
        except TemplateError:
            log.exception("the error page itself is broken")
            self.plainly("{title}. {sentence}\n".format_map(told))

    def plainly(self, text: str) -> None:
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.finish(text)

    def asks_for_a_page(self) -> bool:
        return self.request.method == "GET" and "text/html" in self.request.headers.get("Accept", "")

    def wants_json(self) -> bool:
        accept = self.request.headers.get("Accept", "")
        return self.request.path.endswith(".json") or ("application/json" in accept and "text/html" not in accept)

    @classmethod
    def methods(cls) -> list[str]:
        """What this handler has been taught."""
        return [m for m in cls.SUPPORTED_METHODS if getattr(cls, m.lower()) is not getattr(RequestHandler, m.lower())]

    def log_exception(
        self, typ: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Never the query or the headers: they carry codes and cookies."""
        what = f"{self.request.method} {self.request.path}"
        if isinstance(value, HTTPError):
            if value.log_message and self.logged:  # strangers could fill the disk with what they send
                log.warning("%d %s: %s", value.status_code, what, value.get_message())
        elif status_of(value, 500) < 500:
            log.warning("%s: %s", what, value)
        elif status_of(value, 0):
            log.error("%s: %s", what, value)
        else:
            log.error("uncaught in %s", what, exc_info=value)


def unknown(bearer: str | None, route: Route) -> tuple[str, dict[str, str]]:
    """What those are told whom nobody knows, and how they may say who they are (RFC 6750)."""
    if bearer is not None:
        return "This token is not known. It may have been revoked.", {
            "WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"'
        }
    return "", {"WWW-Authenticate": CHALLENGE} if ApiClient in route.allow else {}
