"""The sites whose page views are counted."""

from handlers.api.base import Operation, Readable
from handlers.api.models import Paging, SiteList, SiteTold


class Sites(Readable):
    path = "/sites"
    operation = Operation(
        "listSites",
        "The sites there are",
        "Where `boards/sites.yaml` names none, those that page views have come from since the start.",
        SiteList,
        Paging,
    )

    async def read(self, asked: Paging) -> SiteList:
        collector = self.services.collector
        sites = list(collector.sites) if collector else []
        shown, following = self.part(sites, asked, [site.name for site in sites])
        items = [SiteTold(name=each.name, domains=list(each.domains), zone=each.zone) for each in shown]
        return SiteList(items=items, next=following)
