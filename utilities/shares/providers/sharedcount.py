"""SharedCount, who asks Facebook on behalf of people without an app of their own; a key, often paid."""

from datetime import timedelta

from pydantic import BaseModel, Field

from utilities.shares.providers import Api, Count, Provider


class Facebook(BaseModel):
    total_count: Count


class Counts(BaseModel):
    """What it heard of each network, null where it heard nothing; Pinterest we ask ourselves."""

    facebook: Facebook = Field(alias="Facebook")


async def count(api: Api, url: str) -> int:
    counts = await api.ask(Counts, "/v1.1/", {"url": url, "apikey": api.keys["SHAREDCOUNT_API_KEY"]})
    return counts.facebook.total_count


PROVIDER = Provider(
    name="sharedcount",
    heading="Shares",
    counts="reactions, comments and shares on Facebook, by SharedCount",
    api="https://api.sharedcount.com",
    count=count,
    keys=("SHAREDCOUNT_API_KEY",),
    pace=timedelta(hours=1),
)
