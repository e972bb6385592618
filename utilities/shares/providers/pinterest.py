"""Pinterest, through the endpoint of its old button, which is undocumented and always answers JSONP."""

from datetime import timedelta

from pydantic import BaseModel

from utilities.http.body_parsers import BodyFormat
from utilities.shares.providers import Count, Provider, ProviderApi


class PinCount(BaseModel):
    count: Count


async def count_pins(api: ProviderApi, url: str) -> int:
    """Returns the pins of a page."""
    return (await api.request_json(PinCount, "/v1/urls/count.json", {"callback": "receiveCount", "url": url})).count


PROVIDER = Provider(
    name="pinterest",
    heading="Pin",
    description="pins on Pinterest",
    default_address="https://api.pinterest.com",
    fetch_count=count_pins,
    body_format=BodyFormat.JSONP,
    refresh_every=timedelta(minutes=30),
)
