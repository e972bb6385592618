"""/links: where people make and revoke links to images; /s/<token>.svg: the image of a link, for anybody."""

import logging
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

from handlers.base.errors import HttpProblem
from handlers.base.handler import BaseHandler
from handlers.base.public_origin import public_origin
from handlers.reports.handler import refuse_unknown_params
from handlers.reports.images import ReportSvg, parse_image_query
from handlers.reports.report_query import ReportQuery
from utilities.accounts.database.links import SHARE_LINK_DAYS, ShareLinks
from utilities.model.errors import Overloaded, ParameterError
from utilities.model.principals import Person

log = logging.getLogger("foyer.links")

MAX_LINK_PARAMS = 20


def readable_query(query: str) -> str:
    """Returns a query as people write it: `from=now-27d/d&to=now`; only what separates or encodes stays encoded."""
    return "&".join(f"{name}={quote_separators(value)}" for name, value in parse_qsl(query, keep_blank_values=True))


def quote_separators(value: str) -> str:
    """Returns a value of a query that can be read back: `%`, `&`, `+`, `#` and `;` are encoded."""
    return "".join(f"%{ord(c):02X}" if c in "%&+#;" else c for c in value)


class LinksPage(BaseHandler):
    """Base of the pages for share links."""

    @property
    def links(self) -> ShareLinks:
        return self.authenticator.api_clients.links

    @property
    def person(self) -> Person:
        return cast(Person, self.principal)

    async def render_links(self, **changes: Any) -> None:
        """Renders the page; `changes` are `made`, `fault`, `report` or `query`."""
        reports = sorted(self.services.reports.values(), key=lambda report: report.title.casefold())
        context = {"made": "", "fault": "", "report": "", "query": "", "days": SHARE_LINK_DAYS[1], **changes}
        titles = {report.name: report.title for report in reports}
        self.render_page(
            "links.html",
            here="/reports",
            links=await self.links.list_links(),
            reports=reports,
            titles=titles,
            readable_query=readable_query,
            terms=SHARE_LINK_DAYS,
            **context,
        )


class LinkList(LinksPage):
    """The list of links; a POST makes a new one, and its answer is the only page that shows it."""

    async def get(self) -> None:
        refuse_unknown_params(self.request.query_arguments, ("report", "query"))
        query = readable_query(self.get_query_argument("query", ""))
        await self.render_links(report=self.get_query_argument("report", ""), query=query)

    async def post(self) -> None:
        report, query = self.get_body_argument("report", ""), self.get_body_argument("query", "").lstrip("?")
        days = self.get_body_argument("days", "")
        try:
            query = self.normalize_query(report, query)
            token = await self.links.create_link(report, query, int(days) if days.isdigit() else 0, self.person)
        except (ParameterError, Overloaded) as error:
            self.set_status(422)
            await self.render_links(fault=str(error), report=report, query=query)
            return
        log.info("%s made a link to an image of %s", self.person.label, report)
        await self.render_links(made=f"{public_origin(self)}/s/{token}.svg")

    def normalize_query(self, name: str, query: str) -> str:
        """Returns the image parameters in their plainest form. Raises ParameterError."""
        report = self.services.reports.get(name)
        if report is None:
            raise ParameterError("report", "must be the name of a report")
        params = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_LINK_PARAMS))
        parse_image_query(ReportQuery(self.services, report), params)
        return urlencode(params)


class LinkRevoked(LinksPage):
    """Revokes a link; revoking one again changes nothing."""

    async def post(self, number: str) -> None:
        if await self.links.revoke_link(int(number)):
            log.info("%s revoked link %s", self.person.label, number)
        self.redirect("/links", status=303)


class SharedImage(ReportSvg):
    """The image of a share link; 404 for a link that is forged, expired or revoked.

    The link alone says what is shown: parameters of the request are ignored.
    """

    async def get(self, token: str) -> None:
        programs = self.authenticator.api_clients
        link = await programs.links.find_link(token) if programs is not None else None
        if link is None or link.report not in self.services.reports:
            raise HttpProblem(404)
        self.set_header("Cross-Origin-Resource-Policy", "cross-origin")
        self.set_header("Cache-Control", "no-cache")
        await self.send_image(link.report, dict(parse_qsl(link.query, keep_blank_values=True)))
