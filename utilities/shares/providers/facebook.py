"""Facebook, by the Graph API."""

from datetime import timedelta

from pydantic import BaseModel, ValidationError

from utilities.http.client import Answer
from utilities.model.errors import BadAnswer, OverQuota, SourceError, SourceMisconfigured, Unavailable
from utilities.shares.providers import Api, Count, Provider

# https://developers.facebook.com/docs/graph-api/guides/error-handling
TOO_MANY = frozenset({4, 17, 32, 341, 613})
TOKEN = frozenset({10, 102, 190, 200})
LATER = frozenset({1, 2})


class Engagement(BaseModel):
    reaction_count: Count
    comment_count: Count
    share_count: Count


class Counted(BaseModel):
    count: Count


class Object(BaseModel):
    engagement: Counted


class Node(BaseModel):
    """`og_object` is absent for a page that Facebook has never fetched."""

    engagement: Engagement
    og_object: Object | None = None


class Fault(BaseModel):
    code: int
    message: str = ""


class Failure(BaseModel):
    error: Fault


async def count(api: Api, url: str) -> int:
    """The object knows; `engagement` has been zeros for most pages since 2021 (shariff-backend-php#186).

    It is asked for all the same, because a page without an object is 0 only when Facebook says anything of it at all.
    """
    node = await api.ask(
        Node,
        "/",
        {
            "id": url,
            "fields": "engagement,og_object{engagement}",
            "access_token": api.keys["FACEBOOK_APP_TOKEN"],
        },
    )
    told = node.engagement.reaction_count + node.engagement.comment_count + node.engagement.share_count
    return max(told, node.og_object.engagement.count) if node.og_object else told


def explain(answer: Answer) -> SourceError | None:
    """A Graph error: 400 for nearly everything, the meaning is in `code`."""
    try:
        fault = Failure.model_validate_json(answer.body).error
    except ValidationError:
        return None
    if fault.code in TOO_MANY or 80_000 <= fault.code < 81_000:
        return OverQuota(f"has answered enough for now (code {fault.code})", retry_after=900.0)
    if fault.code in TOKEN:
        return SourceMisconfigured(f"does not accept FACEBOOK_APP_TOKEN (code {fault.code})")
    if fault.code in LATER:
        return Unavailable(f"says it is unwell (code {fault.code})")
    return BadAnswer(f"answered with error {fault.code}")


PROVIDER = Provider(
    name="facebook",
    heading="FB",
    counts="reactions, comments and shares on Facebook",
    api="https://graph.facebook.com/v25.0",
    count=count,
    keys=("FACEBOOK_APP_TOKEN",),
    # Ten questions about one URL in an hour, for each app: this leaves room for restarts and a second process.
    pace=timedelta(minutes=20),
    explain=explain,
)
