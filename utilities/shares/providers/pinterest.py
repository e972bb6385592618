"""Pinterest, by the endpoint of its old button: undocumented, and JSONP whether asked for or not."""

from datetime import timedelta

from pydantic import BaseModel

from utilities.http.body_parsers import Style
from utilities.shares.providers import Api, Count, Provider


class Pins(BaseModel):
    count: Count


async def count(api: Api, url: str) -> int:
    return (await api.ask(Pins, "/v1/urls/count.json", {"callback": "receiveCount", "url": url})).count


PROVIDER = Provider(
    name="pinterest",
    heading="Pin",
    counts="pins on Pinterest",
    api="https://api.pinterest.com",
    count=count,
    style=Style.JSONP,
    pace=timedelta(minutes=30),
)
