"""SharedCount, who asks Facebook and Pinterest on behalf of people without an app; a key, often paid."""

from datetime import timedelta

from pydantic import BaseModel, Field

from utilities.shares import Api, Count, Provider


class Facebook(BaseModel):
    total_count: Count


class Counts(BaseModel):
    """A network that SharedCount could not reach is null, and then there is no sum."""

    facebook: Facebook = Field(alias="Facebook")
    pinterest: Count = Field(alias="Pinterest")


async def count(api: Api, url: str) -> int:
    counts = await api.ask(Counts, "/v1.1/", {"url": url, "apikey": api.keys["SHAREDCOUNT_API_KEY"]})
    return counts.facebook.total_count + counts.pinterest


PROVIDER = Provider(
    name="sharedcount",
    heading="Shares",
    counts="Facebook engagement and pins, by SharedCount",
    api="https://api.sharedcount.com",
    count=count,
    keys=("SHAREDCOUNT_API_KEY",),
    pace=timedelta(hours=1),
)
