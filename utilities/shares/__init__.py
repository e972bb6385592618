"""Providers: one social network each. Each module here exports `PROVIDER: Provider`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol


class Web(Protocol):
    """The pooled HTTP client a provider is handed; bounded in time and size by whoever made it."""

    async def get(
        self, url: str, *, params: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> Any: ...


@dataclass(frozen=True)
class Provider:
    """What a module in this folder exports; replaced in full by the networks' own work."""

    name: str
    heading: str
    count: Callable[..., Awaitable[int]]
    pace: timedelta = timedelta(minutes=15)
