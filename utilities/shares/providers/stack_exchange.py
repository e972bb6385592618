"""Stack Overflow, by the Stack Exchange API: always gzip, and `backoff` is an order."""

import re
from datetime import timedelta

from pydantic import BaseModel, Field, ValidationError

from utilities.http.client import Answer
from utilities.http.throttle import Rate
from utilities.model.errors import BadAnswer, OverQuota, SourceError, SourceMisconfigured, Unavailable
from utilities.shares.providers import Api, Count, Pass, Provider


class Total(BaseModel):
    total: Count
    backoff: Count = 0  # seconds; whoever comes back sooner is shut out
    quota_remaining: Count | None = None


class Failure(BaseModel):
    error_id: int
    error_name: str
    error_message: str = ""


class Filter(BaseModel):
    filter: str


class Filters(BaseModel):
    items: list[Filter] = Field(min_length=1)


async def count(api: Api, url: str) -> int:
    found = await api.ask(Total, "/search/advanced", {"url": url, "site": "stackoverflow", **key(api)})
    if found.backoff:
        # Coming back after exactly that long still counts as too soon (meta.stackexchange.com/q/377674).
        api.hold(found.backoff + 2)
    return found.total


async def sign(api: Api) -> Pass:
    """A filter of our own: the ready-made `total` leaves `backoff` out, and what nobody sees nobody obeys."""
    params = {"base": "none", "include": ".total;.backoff;.quota_remaining", **key(api)}
    made = await api.plain(Filters, "/filters/create", params)
    return Pass(86_400.0, params={"filter": made.items[0].filter})


def key(api: Api) -> dict[str, str]:
    return {"key": api.keys["STACK_EXCHANGE_KEY"]} if api.keys["STACK_EXCHANGE_KEY"] else {}


def explain(answer: Answer) -> SourceError | None:
    """An error of the common wrapper, which comes with status 400 (api.stackexchange.com/docs/error-handling)."""
    try:
        failure = Failure.model_validate_json(answer.body)
    except ValidationError:
        return None
    if failure.error_name == "throttle_violation":
        told = re.search(r"available in (\d{1,6}) seconds", failure.error_message)
        return OverQuota("has answered enough for now", retry_after=float(told[1]) if told else 600.0)
    about_key = failure.error_name == "bad_parameter" and "key" in failure.error_message
    if about_key or failure.error_id in (401, 402, 403, 405, 406):
        return SourceMisconfigured("does not accept STACK_EXCHANGE_KEY")
    return Unavailable("says it is unwell") if failure.error_id >= 500 else BadAnswer(f"says: {failure.error_name}")


PROVIDER = Provider(
    name="stack-exchange",
    heading="SO",
    counts="questions on Stack Overflow that link to the page",
    api="https://api.stackexchange.com/2.3",
    count=count,
    extras=("STACK_EXCHANGE_KEY",),  # 300 questions in a day for each address, 10,000 with a key
    pace=timedelta(hours=1),
    rates=(Rate(25, 1.0),),
    sign=sign,
    explain=explain,
)
