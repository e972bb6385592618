"""Stack Overflow, through the Stack Exchange API: always gzip, and `backoff` must be obeyed."""

import re
from datetime import timedelta

from pydantic import BaseModel, Field, ValidationError

from utilities.http.client import HttpResponse
from utilities.http.throttle import CallRate
from utilities.model.errors import BadAnswer, OverQuota, SourceError, SourceMisconfigured, Unavailable
from utilities.shares.providers import AccessToken, Count, Provider, ProviderApi


class QuestionTotal(BaseModel):
    total: Count
    backoff: Count = 0  # seconds; clients that call sooner are blocked
    quota_remaining: Count | None = None


class StackExchangeError(BaseModel):
    error_id: int
    error_name: str
    error_message: str = ""


class CustomFilter(BaseModel):
    filter: str


class CreatedFilters(BaseModel):
    items: list[CustomFilter] = Field(min_length=1)


async def count_questions(api: ProviderApi, url: str) -> int:
    """Returns the questions that link to a page."""
    total = await api.request_json(
        QuestionTotal, "/search/advanced", {"url": url, "site": "stackoverflow", **key_param(api)}
    )
    if total.backoff:
        # A call after exactly that time still counts as too soon (meta.stackexchange.com/q/377674).
        api.pause(total.backoff + 2)
    return total.total


async def create_filter(api: ProviderApi) -> AccessToken:
    """Creates a filter that includes `backoff`, which the standard filter `total` leaves out."""
    params = {"base": "none", "include": ".total;.backoff;.quota_remaining", **key_param(api)}
    made = await api.request_without_token(CreatedFilters, "/filters/create", params)
    return AccessToken(86_400.0, params={"filter": made.items[0].filter})


def key_param(api: ProviderApi) -> dict[str, str]:
    """Returns the key as a parameter, when there is one."""
    return {"key": api.keys["STACK_EXCHANGE_KEY"]} if api.keys["STACK_EXCHANGE_KEY"] else {}


def translate_stack_exchange_error(answer: HttpResponse) -> SourceError | None:
    """Returns the error in a body, which has status 400 (api.stackexchange.com/docs/error-handling)."""
    try:
        failure = StackExchangeError.model_validate_json(answer.body)
    except ValidationError:
        return None
    if failure.error_name == "throttle_violation":
        wait = re.search(r"available in (\d{1,6}) seconds", failure.error_message)
        return OverQuota("rate limit reached", retry_after=float(wait[1]) if wait else 600.0)
    about_key = failure.error_name == "bad_parameter" and "key" in failure.error_message
    if about_key or failure.error_id in (401, 402, 403, 405, 406):
        return SourceMisconfigured("does not accept STACK_EXCHANGE_KEY")
    return (
        Unavailable("reports a temporary failure")
        if failure.error_id >= 500
        else BadAnswer(f"answered with error {failure.error_name}")
    )


PROVIDER = Provider(
    name="stack-exchange",
    heading="SO",
    description="questions on Stack Overflow that link to the page",
    default_address="https://api.stackexchange.com/2.3",
    fetch_count=count_questions,
    optional_keys=("STACK_EXCHANGE_KEY",),  # 300 queries a day for each IP address, 10,000 with a key
    refresh_every=timedelta(hours=1),
    rates=(CallRate(25, 1.0),),
    fetch_token=create_filter,
    translate_error=translate_stack_exchange_error,
)
