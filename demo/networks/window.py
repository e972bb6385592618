"""Rate limits in fixed windows that begin with the clock, as the networks have them."""

from demo.clock import VirtualClock


class Window:
    """A limit of `calls` in each `seconds` for each caller."""

    def __init__(self, clock: VirtualClock, calls: int, seconds: int) -> None:
        self.clock = clock
        self.calls = calls
        self.seconds = seconds
        self.used: dict[tuple[str, int], int] = {}

    def take_call(self, who: str = "") -> bool:
        """Counts one more call and returns whether it is allowed."""
        now = (who, int(self.clock().timestamp()) // self.seconds)
        self.used = {key: calls for key, calls in self.used.items() if key[1] == now[1]}
        self.used[now] = self.used.get(now, 0) + 1
        return self.used[now] <= self.calls

    def calls_left(self, who: str = "") -> int:
        now = (who, int(self.clock().timestamp()) // self.seconds)
        return max(self.calls - self.used.get(now, 0), 0)

    @property
    def ends(self) -> int:
        """Returns when the current window ends, in seconds since 1970."""
        return (int(self.clock().timestamp()) // self.seconds + 1) * self.seconds
