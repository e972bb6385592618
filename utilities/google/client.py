"""Client of one of Google's APIs for coroutines: every call returns JSON or raises SourceError within its timeout."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import google_auth_httplib2
import httplib2
from googleapiclient.discovery import build
from pydantic import SecretStr

from utilities.google.connection import Connections
from utilities.google.credentials import SharedCredentials, load_credentials
from utilities.google.error_budget import MAX_ERRORS_PER_HOUR, ErrorBudget
from utilities.google.error_translation import (
    CLIENT_ERRORS,
    CallContext,
    is_counted_server_error,
    is_credential_error,
    is_retryable,
    translate_error,
)
from utilities.google.pool import GoogleThreadPool
from utilities.google.quota import Quota, QuotaExhausted
from utilities.model.clock import Clock
from utilities.model.errors import BadAnswer, OverQuota, SourceError, Unavailable
from utilities.model.outgoing_proxies import OutgoingProxies
from utilities.model.viewers import QUERY_VIEWER
from utilities.model.wall_words import TIMEOUT
from utilities.runtime.circuit_breaker import CircuitBreaker

CALL_TIMEOUT_SECONDS = 20.0
CHECK_TIMEOUT_SECONDS = 8.0
SERVER_ERRORS_BUCKET = "serverErrorsPerProjectPerHour"
RETRY_DELAY_SECONDS = 0.4  # plus or minus a half

BuildRequest = Callable[[], Any]
"""Makes the googleapiclient request, without sending it."""


@lru_cache(maxsize=8)
def build_api(api: str, version: str, endpoint: str) -> Any:
    """Returns the API's methods, from the discovery document in the package; built once in a process.

    Threads can share it as long as every execute() gets the thread's own `http`.
    """
    return build(
        api,
        version,
        http=httplib2.Http(timeout=CALL_TIMEOUT_SECONDS),
        static_discovery=True,
        cache_discovery=False,
        client_options={"api_endpoint": endpoint},
    )


class GoogleClient:
    """Authenticates, calls in its own threads, and pauses while Google is down or the quota is used up.

    `context` has names for error messages. `max_server_errors` is how many server errors an hour the API allows, None
    for any number; `errors_file` is the file in which they are counted.
    """

    def __init__(
        self,
        context: CallContext,
        clock: Clock,
        key: Path | SecretStr | None,
        scope: str,
        *,
        threads: int = 4,
        max_server_errors: int | None = MAX_ERRORS_PER_HOUR,
        errors_file: Path | None = None,
        proxies: OutgoingProxies | None = None,
    ) -> None:
        self.service = context.service
        self.context = context
        self.key = key
        self.scope = scope
        self.credentials: SharedCredentials | None = None
        self.sign_in_lock = asyncio.Lock()
        self.pool = GoogleThreadPool(self.service, threads, proxies=proxies)
        self.viewer_slots = asyncio.Semaphore(max(1, threads - 1))  # one thread is always for the walls
        self.quota = Quota(clock)
        self.error_budget = ErrorBudget(clock, max_server_errors, errors_file)
        self.last_failure: Unavailable | None = None  # why the breaker opened
        self.breaker = CircuitBreaker(
            clock, max_failures=4, rest_seconds=10.0, max_rest_seconds=120.0
        )  # no connection, no token

    async def call_api(
        self, prepare: BuildRequest, category: str, timeout: float = CALL_TIMEOUT_SECONDS
    ) -> dict[str, Any]:
        """Returns the response, a JSON object; raises only SourceError, within `timeout` seconds."""
        self.quota.raise_if_exhausted(category)
        credentials = await self.sign_in()
        viewer = QUERY_VIEWER.get()
        if viewer is None:
            return await self._call_in_pool(credentials, prepare, category, timeout)
        self.quota.raise_if_share_is_used(category, viewer)
        try:
            await asyncio.wait_for(self.viewer_slots.acquire(), timeout)
        except TimeoutError:
            raise Unavailable(f"{self.service} is busy with what others want to see") from None
        try:
            self.quota.raise_if_share_is_used(category, viewer)
            return await self._call_in_pool(credentials, prepare, category, timeout)
        finally:
            self.viewer_slots.release()

    async def _call_in_pool(
        self, credentials: SharedCredentials, prepare: BuildRequest, category: str, timeout: float
    ) -> dict[str, Any]:
        return await self.pool.call(
            lambda connections: self.call_with_retry(connections, credentials, prepare, category), timeout
        )

    async def sign_in(self) -> SharedCredentials:
        """Returns the credentials; reads a key file that was wrong again each time. Raises SourceMisconfigured.

        Checking a private key takes 50 ms, so a thread does it.
        """
        async with self.sign_in_lock:
            if self.credentials is None:
                self.credentials = await asyncio.to_thread(load_credentials, self.key, self.scope)
            return self.credentials

    def call_with_retry(
        self, connections: Connections, credentials: SharedCredentials, prepare: BuildRequest, category: str
    ) -> dict[str, Any]:
        """Calls in a pool thread, and once more when the connection broke."""
        try:
            return self.call_once(connections, credentials, prepare, category)
        except Unavailable as failure:
            pause = RETRY_DELAY_SECONDS * (0.5 + random.random())  # noqa: S311
            if not is_retryable(failure.__cause__) or connections.deadline.is_over.wait(pause):
                raise
        return self.call_once(connections, credentials, prepare, category)

    def call_once(
        self, connections: Connections, credentials: SharedCredentials, prepare: BuildRequest, category: str
    ) -> dict[str, Any]:
        self.raise_if_blocked(category)
        self.error_budget.start_call(connections.deadline.remaining_seconds())
        server_error, cause = False, ""
        try:
            http = google_auth_httplib2.AuthorizedHttp(credentials, http=connections, max_refresh_attempts=1)
            answer = prepare().execute(http=http, num_retries=0)
        except CLIENT_ERRORS as error:
            connections.close()
            server_error = is_counted_server_error(error)
            token, redactor = credentials.token or "", credentials.redactor
            context = replace(self.context, account=credentials.account, token=token, redactor=redactor)
            failure = translate_error(error, context)
            if connections.deadline.is_abandoned():
                raise failure from error  # no fact about Google
            if is_credential_error(error):
                self.credentials = None  # a corrected key file is read without a restart
            cause = str(failure)
            raise self.record_failure(failure, category, server_error=server_error) from error
        finally:
            self.error_budget.end_call(server_error=server_error, cause=cause)
        if connections.deadline.is_over.is_set():  # a socket that was shut down can look like the end of a response
            raise Unavailable(f"{self.service} did not answer in time", wall_text=TIMEOUT)
        if not isinstance(answer, dict):
            raise BadAnswer(
                f"{self.service} did not answer with a JSON object; check for a proxy or a sign-in page in between"
            )
        self.record_success()
        return answer

    def raise_if_blocked(self, category: str) -> None:
        """Raises OverQuota while the quota is used up, Unavailable while the circuit breaker is open."""
        self.quota.raise_if_exhausted(category)
        if not self.breaker.allow_call():
            wait = max(round(self.breaker.remaining_seconds), 1)
            cause = self.last_failure or Unavailable(f"{self.service} has failed")
            raise Unavailable(f"{cause}; next try in {wait} s", wall_text=cause.wall_text)

    def record_success(self) -> None:
        """Records that Google has answered."""
        self.breaker.record_success()
        self.error_budget.record_success()

    def record_failure(self, failure: SourceError, category: str, *, server_error: bool) -> SourceError:
        """Records a failure in the breaker or the quota, and returns the error to raise."""
        if isinstance(failure, Unavailable) and not server_error:
            self.last_failure = failure
            self.breaker.record_failure()
        elif not isinstance(failure, (Unavailable, BadAnswer)):
            self.record_success()
        if not isinstance(failure, QuotaExhausted):
            return failure
        self.update_quota(category, {failure.bucket: 0})
        wait = self.quota.seconds_until_full(category, failure.bucket) if failure.bucket else failure.retry_after
        return OverQuota(str(failure), retry_after=wait)

    def update_quota(self, category: str, remaining: Mapping[str, int]) -> None:
        """Stores the remaining quota of a response, by bucket name."""
        self.quota.update_buckets(category, remaining)
        if SERVER_ERRORS_BUCKET in remaining:
            self.error_budget.set_reported(category, remaining[SERVER_ERRORS_BUCKET])

    def add_usage(self, category: str, consumed: Mapping[str, int]) -> None:
        """Charges what a response has cost to the viewer it was for, if there is one."""
        viewer = QUERY_VIEWER.get()
        if viewer is not None:
            self.quota.add_usage(viewer, category, consumed)

    def health(self) -> dict[str, object]:
        """Returns the remaining quota by category, the errors left, and whether calls are paused."""
        return {
            "quota": self.quota.health(),
            "server_errors_left": self.error_budget.errors_left(),
            "resting": self.is_resting,
        }

    @property
    def is_resting(self) -> bool:
        """Whether calls are paused because Google has failed."""
        return not self.breaker.is_closed or self.error_budget.rest_seconds() > 0

    async def close(self) -> None:
        await self.pool.close()
