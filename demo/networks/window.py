"""Counting calls the way the networks do: in windows that begin with the clock, not with the caller."""

from demo.clock import VirtualClock


class Window:
    """At most `calls` in each `seconds`, for each who."""

    def __init__(self, clock: VirtualClock, calls: int, seconds: int) -> None:
        self.clock = clock
        self.calls = calls
        self.seconds = seconds
        self.taken: dict[tuple[str, int], int] = {}

    def take(self, who: str = "") -> bool:
        """Whether there was room for one more."""
        now = (who, int(self.clock().timestamp()) // self.seconds)
        self.taken = {key: calls for key, calls in self.taken.items() if key[1] == now[1]}
        self.taken[now] = self.taken.get(now, 0) + 1
        return self.taken[now] <= self.calls

    def left(self, who: str = "") -> int:
        now = (who, int(self.clock().timestamp()) // self.seconds)
        return max(self.calls - self.taken.get(now, 0), 0)

    @property
    def ends(self) -> int:
        """When the present window is over, in seconds since 1970."""
        return (int(self.clock().timestamp()) // self.seconds + 1) * self.seconds
