"""/api/v1/sites: the sites whose page views are counted."""

from handlers.api.base import Operation, ReadableResource
from handlers.api.models import PagingParams, SiteListResponse, SiteResponse


class SitesResource(ReadableResource):
    path = "/sites"
    operation = Operation(
        "listSites",
        "The sites",
        "Those of `boards/sites.yaml`; where it names none, those that page views have come from since the start.",
        SiteListResponse,
        PagingParams,
    )

    async def build_response(self, params: PagingParams) -> SiteListResponse:
        sites = list(self.services.collector.sites)
        page, following = self.paginate(sites, params, [site.name for site in sites])
        items = [SiteResponse(name=each.name, domains=list(each.domains), zone=each.zone) for each in page]
        return SiteListResponse(items=items, next=following)
