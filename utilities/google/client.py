"""One of Google's APIs, asked from a coroutine: every call ends in an answer or a SourceError, in time."""

import random
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import google_auth_httplib2
import httplib2
from googleapiclient.discovery import build

from utilities.google.connection import Connections
from utilities.google.credentials import WallCredentials, load_key
from utilities.google.error_budget import FORGIVEN, ErrorBudget
from utilities.google.error_translation import (
    FAILURES,
    Asked,
    counts_as_server_error,
    explain,
    is_about_the_key,
    worth_another_try,
)
from utilities.google.pool import Pool
from utilities.google.quota import Exhausted, Quota
from utilities.model.clock import Clock
from utilities.model.errors import BadAnswer, OverQuota, SourceError, Unavailable
from utilities.runtime.circuit_breaker import CircuitBreaker

SECONDS = 20.0
SERVER_ERRORS = "serverErrorsPerProjectPerHour"
RETRY_SECONDS = 0.4  # give or take a half

Prepare = Callable[[], Any]
"""Makes the googleapiclient request; costs nothing and asks nobody."""


@lru_cache(maxsize=8)
def resource(api: str, version: str, endpoint: str) -> Any:
    """The API's methods, from the discovery document that comes with the package; made once in a process.

    Safe to share between threads as long as every execute() is handed a thread's own http.
    """
    return build(
        api,
        version,
        http=httplib2.Http(timeout=SECONDS),
        static_discovery=True,
        cache_discovery=False,
        client_options={"api_endpoint": endpoint},
    )


class Client:
    """Signs in, asks in threads of its own, and holds back when Google is down or has had enough.

    `asked` makes the words for failures from the service account's address; `forgiven` is how many server errors an
    hour the API puts up with, None for any number; `errors` is the file they are counted in.
    """

    def __init__(
        self,
        service: str,
        clock: Clock,
        key: Path | None,
        scope: str,
        asked: Callable[[str], Asked],
        *,
        places: int = 4,
        forgiven: int | None = FORGIVEN,
        errors: Path | None = None,
    ) -> None:
        self.service = service
        self.key = key
        self.scope = scope
        self.asked = asked
        self.credentials: WallCredentials | None = None
        self.pool = Pool(service, places)
        self.quota = Quota(clock)
        self.budget = ErrorBudget(clock, forgiven, errors)
        self.line = CircuitBreaker(
            clock, max_failures=4, rest_seconds=10.0, max_rest_seconds=120.0
        )  # no connection, no token

    async def call(self, prepare: Prepare, category: str, seconds: float = SECONDS) -> dict[str, Any]:
        """The answer, a JSON object; raises SourceError and nothing else, after `seconds` at the latest."""
        self.quota.admit(category)
        credentials = self.sign_in()
        return await self.pool.call(lambda connections: self.ask(connections, credentials, prepare, category), seconds)

    def sign_in(self) -> WallCredentials:
        """The credentials; a key file that was wrong is looked at again each time. Raises SourceMisconfigured."""
        if self.credentials is None:
            self.credentials = load_key(self.key, self.scope)
        return self.credentials

    def ask(
        self, connections: Connections, credentials: WallCredentials, prepare: Prepare, category: str
    ) -> dict[str, Any]:
        """In a pool thread: asks, and once more when the connection broke."""
        try:
            return self.ask_once(connections, credentials, prepare, category)
        except Unavailable as problem:
            pause = RETRY_SECONDS * (0.5 + random.random())  # noqa: S311
            if not worth_another_try(problem.__cause__) or connections.deadline.over.wait(pause):
                raise
        return self.ask_once(connections, credentials, prepare, category)

    def ask_once(
        self, connections: Connections, credentials: WallCredentials, prepare: Prepare, category: str
    ) -> dict[str, Any]:
        self.admit(category)
        self.budget.begin(connections.deadline.remaining())
        server_error = False
        try:
            http = google_auth_httplib2.AuthorizedHttp(credentials, http=connections, max_refresh_attempts=1)
            answer = prepare().execute(http=http, num_retries=0)
        except FAILURES as error:
            connections.forget()
            server_error = counts_as_server_error(error)
            problem = explain(error, self.asked(credentials.service_account_email))
            if connections.deadline.given_up():
                raise problem from error  # says nothing about Google
            if is_about_the_key(error):
                self.credentials = None  # so that a key put right is read without a restart
            raise self.learned(problem, category, server_error=server_error) from error
        finally:
            self.budget.end(server_error=server_error)
        if connections.deadline.over.is_set():  # a socket that was shut down can look like the end of an answer
            raise Unavailable(f"{self.service} did not answer in time")
        if not isinstance(answer, dict):
            raise BadAnswer(f"{self.service} answered something other than JSON; is there a sign-in page in between?")
        self.answered()
        return answer

    def admit(self, category: str) -> None:
        """Raises when Google is not to be asked now."""
        self.quota.admit(category)
        if not self.line.allow_call():
            wait = max(round(self.line.remaining_seconds), 1)
            raise Unavailable(f"{self.service} has failed several times; the next try is in {wait} s")

    def answered(self) -> None:
        """Google is there and well."""
        self.line.record_success()
        self.budget.succeeded()

    def learned(self, problem: SourceError, category: str, *, server_error: bool) -> SourceError:
        """Keeps what a failure teaches, and answers the error to raise."""
        if isinstance(problem, Unavailable) and not server_error:
            self.line.record_failure()
        elif not isinstance(problem, (Unavailable, BadAnswer)):
            self.answered()
        if not isinstance(problem, Exhausted):
            return problem
        self.heard(category, {problem.bucket: 0})
        wait = self.quota.wait(category, problem.bucket) if problem.bucket else problem.retry_after
        return OverQuota(str(problem), retry_after=wait)

    def heard(self, category: str, left: Mapping[str, int]) -> None:
        """Keeps what an answer says is left of the quota, by bucket name."""
        self.quota.heard(category, left)
        if SERVER_ERRORS in left:
            self.budget.heard(category, left[SERVER_ERRORS])

    def health(self) -> dict[str, object]:
        """Quota left by category, errors left, and whether Google is given a rest."""
        return {
            "quota": self.quota.health(),
            "server_errors_left": self.budget.left(),
            "resting": self.resting,
        }

    @property
    def resting(self) -> bool:
        """Whether nothing is asked for a while, because Google has failed."""
        return not self.line.is_closed or self.budget.rest() > 0

    async def close(self) -> None:
        await self.pool.close()
