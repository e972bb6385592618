"""Base of all handlers: services, authentication, permissions, pages and errors."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from functools import cached_property, partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from tornado.web import HTTPError, RequestHandler

from handlers.base.error_log import log_request_error
from handlers.base.errors import UNAVAILABLE_RETRY_SECONDS, HttpProblem, error_sentence, error_title, status_for_error
from handlers.base.identification import check_own_board, identify_for_route, identify_screen, shows_code
from handlers.base.permissions import AccessTable, Route
from handlers.base.problem_documents import PROBLEM_CONTENT_TYPE, encode_problem, is_program_request
from handlers.base.unauthenticated import sign_in_url, unauthenticated_answer
from utilities.model.principals import LOCAL_PERSON, NOBODY, ApiClient, Nobody, Principal
from utilities.model.viewers import REQUEST_VIEWER, viewer_key

if TYPE_CHECKING:  # a process that only collects has neither
    from handlers.base.authenticator import Authenticator
    from utilities.services import Services

log = logging.getLogger("foyer.handlers")

Result = TypeVar("Result")

REQUEST_ID_HEADER = "X-Request-Id"


class BaseHandler(RequestHandler):
    """Denies by default; handlers/serving/routes.py says who may do what.

    Do not override `prepare` or `write_error`.
    """

    principal: Principal = NOBODY
    writes_access_log = True  # whether each request gets a line in the log
    sign_in_url = "/login-page"  # where error pages send people who have not signed in
    never_redirects = False  # whether requests without a session get 401, never a redirect to sign-in

    @property
    def services(self) -> "Services":
        return cast("Services", self.settings["services"])

    @property
    def authenticator(self) -> "Authenticator":
        return cast("Authenticator", self.settings["authenticator"])

    @property
    def client_address(self) -> str:
        """The address of the client; use it and never `request.remote_ip`."""
        return self.authenticator.client_address(self.request)

    @property
    def session_id(self) -> str | None:
        """The secret id of the session; None without one."""
        return self.authenticator.cookies.read_session(self.request)

    @property
    def bearer_token(self) -> str | None:
        """The token of the request; None without one."""
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    @property
    def accepts_gzip(self) -> bool:
        """Whether the client accepts gzip; only for responses without any request data (BREACH, docs/security.md)."""
        return "gzip" in self.request.headers.get("Accept-Encoding", "")

    @property
    def session_ended(self) -> asyncio.Event:
        """An event that is set when the session of this request ends; never set without a session."""
        sessions, session = self.authenticator.sessions, self.session_id
        return asyncio.Event() if sessions is None or session is None else sessions.watch_session(session)

    @cached_property
    def request_id(self) -> str:
        """The number of this request: in the answer's header, on error pages and in the log."""
        return secrets.token_hex(8)

    def set_default_headers(self) -> None:
        # Not `set_header`, which would validate nine values again for each request.
        for name, value in self.settings["headers"].items():
            self._headers[name] = value
        if self.writes_access_log:  # a page view is not in the log, so it needs no number
            self._headers[REQUEST_ID_HEADER] = self.request_id
        del self._headers["Server"]

    def check_trusted_origin(self, origin: str) -> bool:
        route = cast(AccessTable, self.settings["access"]).get(type(self))
        return route is not None and route.any_origin

    async def prepare(self) -> None:
        route = cast(AccessTable, self.settings["access"]).get(type(self))
        if route is None:
            log.error("%s has no route, so the request is refused", type(self).__name__)
            raise HttpProblem(403)
        route = route.for_method(self.request.method or "")
        host, hosts = self.request.headers.get("Host", ""), self.authenticator.hosts
        if not route.any_host and host not in hosts:
            raise HttpProblem(421, self.authenticator.refusal(self.request) or hosts.refusal(host))
        if not route.through_proxies and (refusal := self.authenticator.refusal(self.request)):
            raise HttpProblem(403, refusal)
        if Nobody not in route.allow:
            self.principal = await identify_for_route(self, route)
            REQUEST_VIEWER.set(viewer_key(self.principal))
            self.check_permission(route)

    async def identify_principal(self) -> Principal:
        """Returns the principal of this request; pages for anyone call it when they need it.

        A token goes before a session, because a browser never sends one by itself.
        """
        if self.bearer_token is not None:
            return await self.identify_token(self.bearer_token)
        if self.authenticator.sign_in is None:
            return NOBODY if self.authenticator.refusal(self.request) else LOCAL_PERSON
        session = self.session_id
        person = None if session is None else await self.authenticator.sign_in.sessions.find_person(session)
        return person or await identify_screen(self)

    async def identify_token(self, bearer: str) -> Principal:
        """Returns the API client of a token, NOBODY if there is none. Raises HttpProblem 429 above the rate limit."""
        programs = self.authenticator.api_clients
        if programs is None or self.authenticator.refusal(self.request):
            return NOBODY
        token = await programs.tokens.find_token(bearer)
        if token is None:
            return NOBODY
        wait = await programs.limiter.count_attempt(str(token.number))
        self._headers.update(quota := programs.limiter.quota_headers(str(token.number)))
        if wait:
            sentence = f"Too many requests with this token. Try again in {wait} seconds."
            raise HttpProblem(429, sentence, {"Retry-After": str(wait), **quota})
        return token

    def check_permission(self, route: Route) -> None:
        """Returns if the route allows the principal; redirects people without a session to sign-in, refuses others."""
        if type(self.principal) in route.allow:
            if isinstance(self.principal, ApiClient) and route.scope not in self.principal.scopes:
                raise HttpProblem(403, f"This token does not have the scope {route.scope}.")
            check_own_board(self.principal, route, self.path_args)
            return
        if self.bearer_token is None and not self.never_redirects and self.wants_html() and shows_code(self):
            self.redirect("/tv")
            return
        if not isinstance(self.principal, Nobody):
            raise HttpProblem(403)
        if self.bearer_token is not None or self.never_redirects or not self.wants_html():
            raise HttpProblem(401, *unauthenticated_answer(self.bearer_token, route))
        self.redirect(sign_in_url(self.requested_url))

    @property
    def requested_url(self) -> str:
        """The path and query of this request; Tornado reads bytes that are not ASCII as Latin-1."""
        return (self.request.uri or "/").encode("latin-1", "replace").decode("utf-8", "replace")

    def render_page(self, template: str, **context: Any) -> None:
        """Renders `templates/<template>` and finishes; the template may use `principal` and `signs_in`."""
        self._finish_page(self._render_html(template, context))

    async def render_large_page(self, template: str, **context: Any) -> None:
        """Does as `render_page`, in a worker thread: for pages whose length depends on the figures."""
        self._finish_page(await self.run_in_worker(partial(self._render_html, template, context)))

    async def run_in_worker(self, call: Callable[[], Result]) -> Result:
        """Returns what `call` returns in a worker thread; for what takes long with large figures. Raises Overloaded."""
        return await self.services.workers.run(lambda _: call())

    def _render_html(self, template: str, context: dict[str, Any]) -> bytes:
        html = self.services.templates.get_template(template).render(
            principal=self.principal, signs_in=self.authenticator.sign_in is not None, **context
        )
        return html.encode()

    def _finish_page(self, html: bytes) -> None:
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.finish(html)

    def decode_argument(self, value: bytes, name: str | None = None) -> str:
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            raise HttpProblem(400) from None  # Tornado would write the value, perhaps a secret, to the log

    def set_status(self, status_code: int, reason: str | None = None) -> None:
        super().set_status(status_code, reason)
        if status_code == 503:
            self.set_header("Retry-After", str(UNAVAILABLE_RETRY_SECONDS))

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        kwargs.pop("reason", None)  # always the usual phrase: one with something of the request in it splits headers
        if isinstance(error, HTTPError):
            error.reason = None
        super().send_error(status_for_error(error, status_code), **kwargs)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        for name, value in (error.headers if isinstance(error, HttpProblem) else {}).items():
            self.set_header(name, value)
        if status_code == 405:
            self.set_header("Allow", ", ".join(self.allowed_methods()))
        title, sentence = error_title(status_code, error), error_sentence(status_code, error)
        self.write_problem(status_code, title, sentence, error)

    def write_problem(self, status: int, title: str, sentence: str, error: BaseException | None) -> None:
        """Writes the error as a problem document, or as a page."""
        if self.wants_problem():
            faults = error.faults if isinstance(error, HttpProblem) else {}
            self.set_header("Content-Type", PROBLEM_CONTENT_TYPE)
            self.finish(encode_problem(status, sentence, faults, self.request_id))
        else:
            self.render_error_page(status=status, title=title, sentence=sentence, request_id=self.request_id)

    def render_error_page(self, **problem: Any) -> None:
        from jinja2 import TemplateError  # imported late: a process that only collects has no pages

        try:
            self.render_page("error.html", sign_in_url=self.sign_in_url, **problem)
        except TemplateError:
            log.exception("the error page itself is broken")
            self.write_text("{title}. {sentence}\n".format_map(problem).replace("`", ""))

    def write_text(self, text: str) -> None:
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.finish(text)

    def wants_html(self) -> bool:
        return self.request.method == "GET" and "text/html" in self.request.headers.get("Accept", "")

    def wants_problem(self) -> bool:
        """Whether errors are problem documents instead of pages."""
        return is_program_request(self.request.path, self.request.headers.get("Accept", ""))

    @classmethod
    def allowed_methods(cls) -> list[str]:
        """Returns the HTTP methods of this handler."""
        return [m for m in cls.SUPPORTED_METHODS if getattr(cls, m.lower()) is not getattr(RequestHandler, m.lower())]

    def log_exception(
        self, typ: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Logs the error without the query and the headers: they carry codes and cookies."""
        log_request_error(value, self.request, self.request_id, is_stranger=not self.writes_access_log)
