"""SharedCount, which queries Facebook for customers without a Facebook app; needs a key, often a paid one."""

from datetime import timedelta

from pydantic import BaseModel, Field

from utilities.shares.providers import Count, Provider, ProviderApi


class FacebookCount(BaseModel):
    total_count: Count


class SharedCountBody(BaseModel):
    """The counts by network, null where there is none; Foyer queries Pinterest itself."""

    facebook: FacebookCount = Field(alias="Facebook")


async def count_shares(api: ProviderApi, url: str) -> int:
    """Returns reactions, comments and shares of a page on Facebook."""
    counts = await api.request_json(SharedCountBody, "/v1.1/", {"url": url, "apikey": api.keys["SHAREDCOUNT_API_KEY"]})
    return counts.facebook.total_count


PROVIDER = Provider(
    name="sharedcount",
    heading="Shares",
    description="reactions, comments and shares on Facebook, by SharedCount",
    default_address="https://api.sharedcount.com",
    fetch_count=count_shares,
    keys=("SHAREDCOUNT_API_KEY",),
    refresh_every=timedelta(hours=1),
)
