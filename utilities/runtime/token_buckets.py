"""Rate limits as token buckets: in this process, and shared by all processes through Redis."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from utilities.runtime.redis_connection import RedisConnection


class TokenBuckets:
    """Token buckets by name: each holds `capacity` tokens and fills again evenly within `seconds`.

    The generic cell rate algorithm (ITU-T I.371): one number for each name, the time at which its bucket would be full.
    `now` is always in seconds of a monotonic clock. Of more than `max_names` buckets the longest unused is dropped.
    Why this and no library: docs/adr/0015-rate-limits.md.
    """

    def __init__(self, kind: str, capacity: int, seconds: float, max_names: int) -> None:
        self.kind = kind
        self.capacity = capacity
        self.seconds = seconds
        self.seconds_per_token = seconds / capacity
        self.max_names = max_names
        self.full_at: dict[str, float] = {}

    def seconds_until_free(self, name: str, now: float) -> float:
        """Returns 0.0 when there is a token, or the seconds until there is."""
        full_at = self.full_at.get(name, now)
        return max(0.0, max(full_at, now) + self.seconds_per_token - now - self.seconds)

    def take_token(self, name: str, now: float) -> None:
        """Takes a token; the caller has checked that there is one."""
        self._store_bucket(name, max(self.full_at.pop(name, now), now) + self.seconds_per_token)

    def merge_usage(self, name: str, full_at: float) -> None:
        """Takes over that other processes have used the bucket as well."""
        self._store_bucket(name, max(self.full_at.pop(name, full_at), full_at))

    def count_free(self, name: str, now: float) -> tuple[int, float]:
        """Returns the tokens there are now, and the seconds until the bucket is full."""
        full_in = max(0.0, self.full_at.get(name, now) - now)
        return max(0, int((self.seconds - full_in) / self.seconds_per_token + 1e-6)), full_in

    def _store_bucket(self, name: str, full_at: float) -> None:
        if len(self.full_at) >= self.max_names:
            del self.full_at[next(iter(self.full_at))]
        self.full_at[name] = full_at


class RedisTokenBuckets:
    """The same buckets in Redis, by the atomic script of throttled-py. Needs LEAST_PRIVILEGE."""

    def __init__(self, connection: "RedisConnection") -> None:
        # Imported late: a process without Redis does not need the 8 MB.
        from throttled.asyncio.rate_limiter.gcra import RedisLimitAtomicAction
        from throttled.asyncio.store import RedisStoreBackend

        class Backend(RedisStoreBackend):
            """Lets the library use our connections, and raise what they raise."""

            base_exceptions = ()

            def get_client(self) -> Any:
                return connection.redis

        self._run_script = RedisLimitAtomicAction(Backend()).do

    async def take_tokens(self, key: str, buckets: TokenBuckets, tokens: int = 1) -> tuple[bool, float, float]:
        """Takes tokens from the bucket `key` if it has enough. Call it inside `RedisConnection.use_client`.

        Returns whether it had enough, the seconds until the bucket is full, and the seconds until it has enough.
        """
        limited, _, full_in, retry_in = await self._run_script(
            [key], [buckets.seconds_per_token, buckets.capacity, tokens]
        )
        return not limited, full_in, retry_in


LEAST_PRIVILEGE = "+evalsha +script|load +time"
"""The rights that a Redis user needs for RedisTokenBuckets besides those in store/redis_commands.py."""
