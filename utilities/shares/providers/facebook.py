"""Facebook, through the Graph API."""

from datetime import timedelta

from pydantic import BaseModel, ValidationError

from utilities.http.client import HttpResponse
from utilities.model.errors import BadAnswer, OverQuota, SourceError, SourceMisconfigured, Unavailable
from utilities.shares.providers import Count, Provider, ProviderApi

# https://developers.facebook.com/docs/graph-api/guides/error-handling
RATE_LIMIT_CODES = frozenset({4, 17, 32, 341, 613})
TOKEN_CODES = frozenset({10, 102, 190, 200})
TEMPORARY_CODES = frozenset({1, 2})


class Engagement(BaseModel):
    reaction_count: Count
    comment_count: Count
    share_count: Count


class ObjectEngagement(BaseModel):
    count: Count


class GraphObject(BaseModel):
    engagement: ObjectEngagement


class GraphPage(BaseModel):
    """A page in the graph; `og_object` is absent for a page that Facebook has never fetched."""

    engagement: Engagement
    og_object: GraphObject | None = None


class GraphError(BaseModel):
    code: int
    message: str = ""


class GraphErrorBody(BaseModel):
    error: GraphError


async def count_engagement(api: ProviderApi, url: str) -> int:
    """Returns reactions, comments and shares of a page.

    The object has the count; `engagement` has been zeros for most pages since 2021 (shariff-backend-php#186). It is
    requested anyway: a page without an object is 0 only when Facebook returns any engagement.
    """
    node = await api.request_json(
        GraphPage,
        "/",
        {
            "id": url,
            "fields": "engagement,og_object{engagement}",
            "access_token": api.keys["FACEBOOK_APP_TOKEN"],
        },
    )
    total = node.engagement.reaction_count + node.engagement.comment_count + node.engagement.share_count
    return max(total, node.og_object.engagement.count) if node.og_object else total


def translate_graph_error(answer: HttpResponse) -> SourceError | None:
    """Returns the error for a Graph API body: the status is 400 for nearly all of them, `code` tells which it is."""
    try:
        fault = GraphErrorBody.model_validate_json(answer.body).error
    except ValidationError:
        return None
    if fault.code in RATE_LIMIT_CODES or 80_000 <= fault.code < 81_000:
        return OverQuota(f"rate limit reached (code {fault.code})", retry_after=900.0)
    if fault.code in TOKEN_CODES:
        return SourceMisconfigured(f"does not accept FACEBOOK_APP_TOKEN (code {fault.code})")
    if fault.code in TEMPORARY_CODES:
        return Unavailable(f"reports a temporary failure (code {fault.code})")
    return BadAnswer(f"answered with error {fault.code}")


PROVIDER = Provider(
    name="facebook",
    heading="FB",
    description="reactions, comments and shares on Facebook",
    default_address="https://graph.facebook.com/v25.0",
    fetch_count=count_engagement,
    keys=("FACEBOOK_APP_TOKEN",),
    # Ten queries for each URL, hour and app: this leaves room for restarts and a second process.
    refresh_every=timedelta(minutes=20),
    translate_error=translate_graph_error,
)
