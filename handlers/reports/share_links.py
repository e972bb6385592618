"""/links: where people make links to pictures, and end them; /s/<token>.svg: what such a link shows to anybody."""

import logging
from typing import Any
from urllib.parse import parse_qsl, urlencode

from handlers.accounts.tokens import TokensPage
from handlers.base.errors import HttpProblem
from handlers.reports.images import ReportSvg
from utilities.accounts.database.links import DAYS, Links
from utilities.model.errors import Overloaded, ParameterError
from utilities.rendering.report_image import NAMES, parse_image_options

log = logging.getLogger("foyer.links")


class LinksPage(TokensPage):
    """What the pages of links share."""

    @property
    def links(self) -> Links:
        if self.door.programs is None:
            raise HttpProblem(503)
        return self.door.programs.links

    async def show(self, **more: Any) -> None:
        reports = sorted(self.services.reports.values(), key=lambda report: report.title.casefold())
        told = {"made": "", "fault": "", "report": "", "query": "", "days": DAYS[1], **more}
        self.page("links.html", here="/reports", links=await self.links.listed(), reports=reports, terms=DAYS, **told)


class LinkList(LinksPage):
    """The links there are; a POST makes one more, and shows it this once."""

    async def get(self) -> None:
        await self.show(report=self.get_query_argument("report", ""), query=self.get_query_argument("query", ""))

    async def post(self) -> None:
        report, query = self.get_body_argument("report", ""), self.get_body_argument("query", "").lstrip("?")
        days = self.get_body_argument("days", "")
        try:
            query = self.understood(report, query)
            token = await self.links.make(report, query, int(days) if days.isdigit() else 0, self.who)
        except (ParameterError, Overloaded) as error:
            self.set_status(422)
            await self.show(fault=str(error), report=report, query=query)
            return
        log.info("%s made a link to a picture of %s", self.who, report)
        await self.show(made=f"{self.services.settings.public_url or self.origin}/s/{token}.svg")

    @property
    def origin(self) -> str:
        return f"{self.request.protocol}://{self.request.host}"

    def understood(self, name: str, query: str) -> str:
        """What is shown, in its plainest form; raises ParameterError."""
        report = self.services.reports.get(name)
        if report is None:
            raise ParameterError("`report` must be one of those there are")
        said = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=20))
        variants = self.services.variants
        known = (*NAMES, *(variants.parameter_names(report) if variants is not None else ()))
        if said.keys() - set(known):
            raise ParameterError(f"`query` may hold {', '.join(known)}, and nothing else")
        parse_image_options(said, self.services.views)
        return urlencode(said)


class LinkRevoked(LinksPage):
    """The end of a link; one that is gone already stays gone."""

    async def post(self, number: str) -> None:
        if await self.links.revoke(int(number)):
            log.info("%s revoked link %s", self.who, number)
        self.redirect("/links", status=303)


class SharedPicture(ReportSvg):
    """The picture of a link, for whoever has it; 404 for a link that is forged, over or revoked."""

    async def get(self, token: str) -> None:
        programs = self.door.programs
        link = await programs.links.find(token) if programs is not None else None
        if link is None or link.report not in self.services.reports:
            raise HttpProblem(404)
        # The link alone says what is shown: whoever has it may not ask for more.
        self.request.query = link.query
        said = parse_qsl(link.query, keep_blank_values=True)
        self.request.query_arguments = {name: [value.encode()] for name, value in said}
        self.request.arguments = dict(self.request.query_arguments)
        self.set_header("Cross-Origin-Resource-Policy", "cross-origin")
        self.set_header("Cache-Control", "no-cache")
        await self.draw(link.report)
